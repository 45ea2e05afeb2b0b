#include "data/token_arena.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace trainer::data {
namespace {

using Encodings = std::vector<text::Encoding>;

text::Encoding encode(const Example& row, const text::Tokenizer& tokenizer,
                      const text::EncodeOptions& options) {
  return row.text_pair ? tokenizer.encode_pair(row.text, *row.text_pair, options)
                       : tokenizer.encode(row.text, options);
}

// Threads take blocks of rows from a counter, so that long rows do not leave one thread behind.
class ParallelEncoder {
 public:
  ParallelEncoder(const Dataset& dataset, const text::Tokenizer& tokenizer, std::size_t max_length)
      : dataset_(dataset),
        tokenizer_(tokenizer),
        options_{.add_special_tokens = true, .max_length = max_length} {}

  Encodings run(unsigned threads) {
    encodings_.resize(dataset_.rows.size());
    {
      std::vector<std::jthread> helpers;
      for (unsigned i = 1; i < threads; ++i) helpers.emplace_back([this] { work(); });
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(encodings_);
  }

 private:
  static constexpr std::size_t kBlock = 32;

  void work() noexcept {
    try {
      for (std::size_t start = next_.fetch_add(kBlock); start < encodings_.size();
           start = next_.fetch_add(kBlock)) {
        const std::size_t end = std::min(start + kBlock, encodings_.size());
        for (std::size_t i = start; i < end; ++i)
          encodings_[i] = encode(dataset_.rows[i], tokenizer_, options_);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = encodings_.size();
    }
  }

  const Dataset& dataset_;
  const text::Tokenizer& tokenizer_;
  const text::EncodeOptions options_;
  Encodings encodings_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
};

}  // namespace

TokenArena tokenize(const Dataset& dataset, const text::Tokenizer& tokenizer,
                    std::size_t max_length, unsigned threads) {
  const Encodings encodings =
      ParallelEncoder(dataset, tokenizer, max_length).run(std::max(threads, 1U));
  std::size_t total = 0;
  for (const text::Encoding& encoding : encodings) total += encoding.ids.size();
  const bool typed = std::ranges::any_of(encodings, [](const text::Encoding& encoding) {
    return std::ranges::any_of(encoding.type_ids, [](std::int32_t type) { return type != 0; });
  });
  TokenArena arena;
  arena.ids.reserve(total);
  if (typed) arena.type_ids.reserve(total);
  arena.offsets.reserve(encodings.size() + 1);
  arena.offsets.push_back(0);
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    arena.ids.insert(arena.ids.end(), encodings[i].ids.begin(), encodings[i].ids.end());
    if (typed)
      arena.type_ids.insert(arena.type_ids.end(), encodings[i].type_ids.begin(),
                            encodings[i].type_ids.end());
    arena.offsets.push_back(static_cast<std::int64_t>(arena.ids.size()));
    arena.labels.push_back(dataset.rows[i].label);
  }
  return arena;
}

}  // namespace trainer::data
