#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/series.hpp"
#include "frame/frame.hpp"

// Rows of frames in log order, regrouped by the set of keys they were logged with: what compaction
// writes and readers of the uncompacted tail look at. Pure.
namespace tracker::storage {

// Rows logged with the same keys. All columns have rows() entries; `values` has one column a key.
// Steps are 0 for system rows, so that all columns are equally long.
struct RowColumns {
  std::vector<std::int64_t> steps, times_us;
  std::vector<std::int64_t> order;  // number of the row in the run's log order; rising
  std::vector<std::vector<double>> values;

  std::size_t rows() const noexcept { return order.size(); }
};

// Appends the rows [begin, begin + count), or all rows with one of the columns.
void append_rows(RowColumns& to, const RowColumns& from, std::size_t begin, std::size_t count);
void append_column(RowColumns& to, const RowColumns& from, std::size_t column);

// Rows of one column, which may come from several groups, in log order. Without steps for system
// rows.
core::Points in_log_order(const RowColumns& rows, core::KeyKind kind);

// What was logged before the row, at steps above this one, counts no more.
struct Rewind {
  std::int64_t before_row = 0;
  std::int64_t step = 0;
};

// The keys of a group: sorted, each once.
struct KeySet {
  bool system = false;
  std::vector<std::string> keys;
  auto operator<=>(const KeySet&) const = default;
};

class RowTable {
 public:
  // The first row added gets the number `next_row`. With `only`, sorted names, other keys are left
  // out; their rows count all the same.
  explicit RowTable(std::int64_t next_row, std::optional<std::vector<std::string>> only = {})
      : next_row_(next_row), only_(std::move(only)) {}

  // Frames must be added in commit order. A key that occurs twice in a row group counts once: the
  // later value wins.
  void add(const spool::Frame& frame);

  // Splits a group into one group a key; they hold the same rows.
  void split(const KeySet& keys);

  std::map<KeySet, RowColumns>& groups() noexcept { return groups_; }
  const std::map<KeySet, RowColumns>& groups() const noexcept { return groups_; }
  std::int64_t next_row() const noexcept { return next_row_; }
  // Of the frames added, in log order.
  const std::vector<Rewind>& rewinds() const noexcept { return rewinds_; }
  // How many values were taken in.
  std::size_t values() const noexcept { return values_; }

 private:
  bool wants(const std::string& key) const;

  std::map<KeySet, RowColumns> groups_;
  std::int64_t next_row_;
  std::vector<Rewind> rewinds_;
  std::size_t values_ = 0;
  std::optional<std::vector<std::string>> only_;
};

}  // namespace tracker::storage
