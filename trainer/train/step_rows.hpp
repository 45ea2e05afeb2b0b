#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/tokens/token_arena.hpp"
#include "train/sampler.hpp"

// The rows that steps are made of: of an arena that has all of them, or of a stream that makes them
// when they are wanted.
namespace trainer::train {

// Training rows that need not fit in memory, in an order of the stream's own. One thread.
class RowStream {
 public:
  virtual ~RowStream() = default;
  virtual std::int64_t rows() const = 0;  // of an epoch
  struct Rows {
    data::TokenArena arena;
    std::vector<std::int64_t> places;  // of each row in the training data, from 0
  };
  // Rows `first` to `first + count` of an epoch; the same ones whenever they are asked for.
  virtual Rows take(std::int64_t epoch, std::int64_t first, std::int64_t count) = 0;
};

// Some rows: `rows` are indices into the arena, `places` those of the training data.
struct StepRows {
  const data::TokenArena& arena;
  std::span<const std::int64_t> rows;
  std::span<const std::int64_t> places;

  StepRows part(std::size_t begin, std::size_t count) const {
    return {arena, rows.subspan(begin, count), places.subspan(begin, count)};
  }
};

// An epoch's rows, step by step.
class EpochRows {
 public:
  // A stream, where there is one, has its own order; it and the arena outlive this.
  EpochRows(const data::TokenArena& arena, RowStream* stream, const Sampler& sampler,
            std::int64_t epoch);

  // [begin, end) of the epoch's order; valid until the next call.
  StepRows between(std::int64_t begin, std::int64_t end);

 private:
  const data::TokenArena& arena_;
  RowStream* stream_;
  std::int64_t epoch_;
  std::vector<std::int64_t> order_;  // of the arena's rows
  RowStream::Rows made_;             // by the stream
  std::vector<std::int64_t> all_;    // 0, 1, 2, …
};

}  // namespace trainer::train
