#include "data/tokens/token_blocks.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
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
// behind. Helpers live as long as the encoder, since each thread has a cache of words
// (text/word_cache.hpp), which has to be filled before it is of use.
class BlockEncoder {
 public:
  BlockEncoder(const text::Tokenizer& tokenizer, const TokenizeOptions& options)
      : tokenizer_(tokenizer),
        options_{.add_special_tokens = true, .max_length = options.max_length},
        threads_(std::max(options.threads, 1U)) {}

  // Fills block.encodings; `meanwhile` runs on the calling thread, which then helps. Throws the
  // first of what `meanwhile` and the tokenizer throw, when no helper is at work any more.
  void run(Block& block, const std::function<void()>& meanwhile) {
    block.encodings.resize(block.rows.size());
    invite(block);
    try {
      meanwhile();
    } catch (...) {
      fail();
    }
    work();
    std::unique_lock lock(mutex_);
    working_ -= std::exchange(invited_, 0);  // who has not begun by now need not
    idle_.wait(lock, [this] { return working_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static constexpr std::size_t kPiece = 16;

  void invite(Block& block) {
    // No more threads than there is work for.
    const std::size_t pieces = (block.rows.size() + kPiece - 1) / kPiece;
    const std::size_t helpers =
        std::max<std::size_t>(std::min<std::size_t>(threads_, pieces), 1) - 1;
    while (helpers_.size() < helpers)
      helpers_.emplace_back([this](const std::stop_token& stop) { help(stop); });
    {
      const std::lock_guard lock(mutex_);
      block_ = &block;
      next_ = 0;
      invited_ = working_ = helpers;
    }
    invitation_.notify_all();
  }

  void help(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (invitation_.wait(lock, stop, [this] { return invited_ > 0; })) {
      --invited_;
      lock.unlock();
      work();
      lock.lock();
      if (--working_ == 0) idle_.notify_one();
    }
  }

  void work() noexcept {
    const std::size_t count = block_->rows.size();
    try {
      for (std::size_t start = next_.fetch_add(kPiece); start < count;
           start = next_.fetch_add(kPiece)) {
        const std::size_t end = std::min(start + kPiece, count);
        for (std::size_t i = start; i < end; ++i) block_->encodings[i] = encode(block_->rows[i]);
      }
    } catch (...) {
      fail();
    }
  }

  // Keeps the exception at hand, and ends the block.
  void fail() noexcept {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    next_ = block_->rows.size();
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
  const std::size_t threads_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;                        // guards what follows, up to the helpers
  std::condition_variable_any invitation_;  // invited_ > 0
  std::condition_variable idle_;            // working_ == 0
  Block* block_ = nullptr;                  // does not change while anyone is at work
  std::size_t invited_ = 0;                 // helpers that may begin
  std::size_t working_ = 0;                 // those, and who has begun
  std::exception_ptr failure_;
  std::vector<std::jthread> helpers_;  // the last member: they end before the others go
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
  BlockEncoder encoder(tokenizer, options);
  Block now;
  Block following;
  bool more = next(now);
  while (more) {
    encoder.run(now, [&] { more = next(following); });
    for (std::size_t i = 0; i < now.rows.size(); ++i) sink.append(now.encodings[i], now.rows[i]);
    places.insert(places.end(), now.places.begin(), now.places.end());
    std::swap(now, following);
  }
  return checked_order(std::move(places));
}

}  // namespace trainer::data
