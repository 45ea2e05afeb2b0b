#include "data/tokens/token_blocks.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "config/error.hpp"
#include "data/tables/row_source.hpp"

namespace trainer::data {
namespace {

// One block on its way: its rows and what becomes of them.
struct Block : RowBlock {
  std::vector<text::Encoding> encodings;
};

// Every number below the size once; nothing when each is in its place.
std::vector<std::uint64_t> checked_order(std::vector<std::uint64_t> places) {
  std::vector<bool> seen(places.size(), false);
  bool in_order = true;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] >= places.size() || seen[places[i]])
      throw Error(ErrorCode::kInternal, "places of rows are no order");
    seen[places[i]] = true;
    in_order = in_order && places[i] == i;
  }
  if (in_order) places.clear();
  return places;
}

// Threads take a few rows at a time from a counter, so that long rows do not leave one thread
// behind.
class BlockEncoder {
 public:
  BlockEncoder(const text::Tokenizer& tokenizer, std::size_t max_length)
      : tokenizer_(tokenizer), options_{.add_special_tokens = true, .max_length = max_length} {}

  // Fills block.encodings; `meanwhile` runs on the calling thread, which then helps.
  void run(Block& block, unsigned threads, const std::function<void()>& meanwhile) {
    block.encodings.resize(block.rows.size());
    block_ = &block;
    next_ = 0;
    {
      // No more threads than there is work for.
      const std::size_t pieces = (block.rows.size() + kPiece - 1) / kPiece;
      const std::size_t wanted = std::min<std::size_t>(threads, pieces);
      std::vector<std::jthread> helpers;
      for (std::size_t i = 1; i < wanted; ++i) helpers.emplace_back([this] { work(); });
      meanwhile();
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static constexpr std::size_t kPiece = 16;

  void work() noexcept {
    const std::size_t count = block_->rows.size();
    try {
      for (std::size_t start = next_.fetch_add(kPiece); start < count;
           start = next_.fetch_add(kPiece)) {
        const std::size_t end = std::min(start + kPiece, count);
        for (std::size_t i = start; i < end; ++i) block_->encodings[i] = encode(block_->rows[i]);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = count;
    }
  }

  text::Encoding encode(const Example& row) const {
    text::Encoding encoding = row.text_pair
                                  ? tokenizer_.encode_pair(row.text, *row.text_pair, options_)
                                  : tokenizer_.encode(row.text, options_);
    // As the library, which then gives the model none, whatever the template says.
    if (!tokenizer_.uses_token_types()) std::ranges::fill(encoding.type_ids, 0);
    return encoding;
  }

  const text::Tokenizer& tokenizer_;
  const text::EncodeOptions options_;
  Block* block_ = nullptr;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
};

}  // namespace

RowBlocks blocks_of(const Dataset& dataset) {
  return [&dataset, at = std::size_t{0}](RowBlock& block) mutable {
    const std::size_t count = std::min(kBlockRows, dataset.rows.size() - at);
    const auto begin = dataset.rows.begin() + static_cast<std::ptrdiff_t>(at);
    block.rows.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    at += count;
    return count > 0;
  };
}

std::vector<std::uint64_t> tokenize_blocks(const RowBlocks& next, const text::Tokenizer& tokenizer,
                                           const TokenizeOptions& options, TokenSink& sink) {
  std::vector<std::uint64_t> places;
  BlockEncoder encoder(tokenizer, options.max_length);
  Block now;
  Block following;
  std::exception_ptr reading;
  bool more = next(now);
  while (more) {
    encoder.run(now, std::max(options.threads, 1U), [&] {
      // The helpers read `now` until run() ends, so an error waits until then.
      try {
        more = next(following);
      } catch (...) {
        reading = std::current_exception();
      }
    });
    if (reading) std::rethrow_exception(reading);
    for (std::size_t i = 0; i < now.rows.size(); ++i) sink.append(now.encodings[i], now.rows[i]);
    places.insert(places.end(), now.places.begin(), now.places.end());
    std::swap(now, following);
  }
  return checked_order(std::move(places));
}

}  // namespace trainer::data
