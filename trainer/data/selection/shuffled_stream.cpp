#include "data/selection/shuffled_stream.hpp"

#include <algorithm>
#include <utility>

#include "config/error.hpp"

namespace trainer::data {
namespace {

NumpyGenerator generator_of(std::uint64_t seed, std::int64_t epoch) {
  NumpyGenerator first(seed);
  if (epoch == 0) return first;
  return NumpyGenerator(first.below_2_63() - static_cast<std::uint64_t>(epoch));
}

}  // namespace

ShuffleBuffer::ShuffleBuffer(std::size_t size, std::uint64_t seed, std::int64_t epoch)
    : size_(std::max<std::size_t>(1, size)), generator_(generator_of(seed, epoch)) {}

std::vector<std::uint64_t> ShuffleBuffer::push(std::uint64_t value) {
  held_.push_back(value);
  if (held_.size() < size_) return {};
  return take(held_.size() - size_ / 2);
}

std::vector<std::uint64_t> ShuffleBuffer::finish() {
  return held_.empty() ? std::vector<std::uint64_t>() : take(held_.size());
}

std::vector<std::uint64_t> ShuffleBuffer::take(std::size_t count) {
  std::vector<std::uint64_t> permuted;
  for (const std::int64_t i : generator_.permutation(held_.size()))
    permuted.push_back(held_[static_cast<std::size_t>(i)]);
  const auto middle = permuted.begin() + static_cast<std::ptrdiff_t>(count);
  held_.assign(middle, permuted.end());
  permuted.erase(middle, permuted.end());
  return permuted;
}

ShuffledStream::ShuffledStream(DatasetSource source, const Selection& selection,
                               const Options& options)
    : source_(std::move(source)), selection_(selection), options_(options) {
  begin(0);
  rows_ = blocks_->count();
  about_ = {.rows = {},
            .label_names = blocks_->label_names(),
            .problem_type = blocks_->problem_type(),
            .targets = blocks_->targets(),
            .origin = {},
            .fingerprint = {},
            .files = blocks_->files()};
  if (about_.problem_type == ProblemType::kSingleLabel && about_.label_names.empty())
    find_highest_class();
}

void ShuffledStream::find_highest_class() {
  Example highest;
  for (ExampleBlocks::Block block; blocks_->next(block);) {
    for (const Example& row : block.rows) highest.label = std::max(highest.label, row.label);
  }
  about_.rows = {highest};
  begin(0);
}

void ShuffledStream::begin(std::int64_t epoch) {
  blocks_ = source_.open(Split::kTrain, selection_);
  buffer_.emplace(options_.buffer, options_.seed, epoch);
  epoch_ = epoch;
  given_ = arrived_ = 0;
  held_.clear();
  free_.clear();
  ready_.clear();
  next_ready_ = 0;
}

// Reads a block; what it pushes out of the buffer is ready then.
void ShuffledStream::fill() {
  ready_.clear();
  next_ready_ = 0;
  ExampleBlocks::Block block;
  const auto ready = [this](const std::vector<std::uint64_t>& slots) {
    ready_.insert(ready_.end(), slots.begin(), slots.end());
  };
  if (!blocks_->next(block)) return ready(buffer_->finish());
  for (std::size_t i = 0; i < block.rows.size(); ++i, ++arrived_) {
    if (free_.empty()) {
      free_.push_back(held_.size());
      held_.emplace_back();
    }
    const std::size_t slot = free_.back();
    free_.pop_back();
    held_[slot] = Row{.example = std::move(block.rows[i]),
                      .place = static_cast<std::int64_t>(block.places[i])};
    ready(buffer_->push(slot));
  }
}

ShuffledStream::Rows ShuffledStream::take(std::int64_t epoch, std::uint64_t first,
                                          std::size_t count) {
  if (first + count > rows_)
    throw Error(ErrorCode::kInternal, "a stream was asked for rows behind its end");
  if (epoch != epoch_ || first < given_) begin(epoch);
  Rows out;
  while (given_ < first + count) {
    while (next_ready_ == ready_.size()) {
      const bool over = arrived_ == rows_;
      fill();
      if (over && ready_.empty())
        throw Error(ErrorCode::kInvalidInput, "the data set was changed while it was read");
    }
    const auto slot = static_cast<std::size_t>(ready_[next_ready_++]);
    Row row = *std::exchange(held_[slot], std::nullopt);
    free_.push_back(slot);
    if (given_++ < first) continue;
    out.rows.push_back(std::move(row.example));
    out.places.push_back(row.place);
  }
  return out;
}

}  // namespace trainer::data
