#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/selection/numpy_random.hpp"

namespace trainer::data {

// The order that datasets.IterableDataset.shuffle(seed, buffer_size) gives numbers that arrive one
// after the other, as datasets 5.2 has it: a buffer that is full is permuted, half of it is given,
// half stays. One thread.
class ShuffleBuffer {
 public:
  // `epoch` is that of set_epoch(). A size of 0 or 1 keeps the order of arrival.
  ShuffleBuffer(std::size_t size, std::uint64_t seed, std::int64_t epoch);

  // Takes the next; returns those that come out, in order: none, or half a buffer.
  std::vector<std::uint64_t> push(std::uint64_t value);
  // No more will come: all that are left.
  std::vector<std::uint64_t> finish();

 private:
  std::vector<std::uint64_t> take(std::size_t count);

  std::size_t size_;
  NumpyGenerator generator_;
  std::vector<std::uint64_t> held_;
};

// The rows of a split as an endless stream of epochs, in memory for a buffer of rows, however many
// there are. Every epoch reads the source anew. One thread.
class ShuffledStream {
 public:
  struct Options {
    std::size_t buffer = 1000;  // rows
    std::uint64_t seed = 42;
  };

  // Counts the rows and looks at their labels. Throws as DatasetSource::open.
  ShuffledStream(DatasetSource source, const Selection& selection, const Options& options);

  std::uint64_t rows() const noexcept { return rows_; }  // of an epoch
  // Names, problem type and targets. It has no rows, but where classes have no names one of the
  // highest class, for whose sake all rows are read once.
  const Dataset& about() const noexcept { return about_; }

  // Rows `first` to `first + count` of that epoch's order. Cheap where the last call ended; else
  // the epoch is read from its beginning and rows are skipped, which makes the same rows come.
  struct Rows {
    std::vector<Example> rows;
    std::vector<std::int64_t> places;  // of each row in the source, from 0
  };
  Rows take(std::int64_t epoch, std::uint64_t first, std::size_t count);

 private:
  struct Row {
    Example example;
    std::int64_t place = 0;
  };
  void begin(std::int64_t epoch);
  void find_highest_class();
  void fill();

  DatasetSource source_;
  Selection selection_;
  Options options_;
  std::uint64_t rows_ = 0;
  Dataset about_;
  std::int64_t epoch_ = -1;
  std::uint64_t given_ = 0;    // of the epoch
  std::uint64_t arrived_ = 0;  // of the epoch
  std::unique_ptr<ExampleBlocks> blocks_;
  std::optional<ShuffleBuffer> buffer_;
  std::vector<std::optional<Row>> held_;  // rows that have arrived and are not given, by slot
  std::vector<std::size_t> free_;         // slots
  std::vector<std::uint64_t> ready_;      // slots in the order in which they are given
  std::size_t next_ready_ = 0;
};

}  // namespace trainer::data
