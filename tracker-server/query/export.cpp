#include "query/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include <tracker/error.hpp>

#include "storage/run_snapshot.hpp"

namespace tracker::query {
namespace {

std::vector<storage::Key> wanted_keys(storage::RunSnapshot& snapshot,
                                      const std::vector<std::string>& names) {
  std::vector<storage::Key> keys;
  if (names.empty()) {
    for (const auto& key : snapshot.keys()) {
      if (key.kind == core::KeyKind::kHistory) keys.push_back(key);
    }
    return keys;
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const auto& name : sorted) {
    const auto* key = snapshot.find_key(name);
    if (key == nullptr) {
      throw Error(ErrorCode::kInvalidArgument, fmt::format("the run never logged `{}`", name));
    }
    if (key->kind == core::KeyKind::kSystem) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("`{}` is a system metric: it has no steps to export", name));
    }
    keys.push_back(*key);
  }
  return keys;
}

// The steps the keys span, and how many points lie there; empty when low > high.
struct Extent {
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  double points = 0;

  // Steps in which about `wanted` points lie, were they spread evenly.
  double steps_for(double wanted) const {
    const auto span = static_cast<double>(high) - static_cast<double>(low) + 1;
    return points <= wanted ? span : std::max(1.0, span * wanted / points);
  }
};

Extent extent_of(const std::vector<storage::Key>& keys) {
  Extent extent;
  for (const auto& key : keys) {
    if (!key.stats.first_step || !key.stats.last_step) continue;
    extent.low = std::min(extent.low, *key.stats.first_step);
    extent.high = std::max(extent.high, *key.stats.last_step);
    extent.points += static_cast<double>(key.stats.count);
  }
  return extent;
}

std::int64_t add_clamped(std::int64_t from, double steps, std::int64_t limit) {
  const auto end = static_cast<double>(from) + steps - 1;
  return end >= static_cast<double>(limit) ? limit : std::max(from, static_cast<std::int64_t>(end));
}

// One window in a snapshot of its own: a client that reads slowly must not hold a transaction open.
struct Window {
  std::vector<KeyPoints> points;
  Extent extent;
  std::int64_t to = 0;
  bool empty = true;
};

Window read_window(storage::Database& database, core::RunId run,
                   const std::vector<std::string>& names,
                   std::pair<std::int64_t, double> from_and_points) {
  storage::RunSnapshot snapshot(database, run);
  const auto keys = wanted_keys(snapshot, names);
  Window window;
  window.extent = extent_of(keys);
  const auto from = std::max(from_and_points.first, window.extent.low);
  if (from > window.extent.high) return window;
  window.empty = false;
  window.to =
      add_clamped(from, window.extent.steps_for(from_and_points.second), window.extent.high);
  core::Range range;
  range.from = from;
  range.to = window.to;
  for (const auto& key : keys) window.points.push_back({key.name, snapshot.points(key, range)});
  return window;
}

// Walks the columns of a window row by row.
class RowCutter {
 public:
  RowCutter(const std::vector<KeyPoints>& window, const ExportOptions& options)
      : window_(window), options_(options), at_(window.size(), 0) {
    for (const auto& key : window)
      steps_.insert(steps_.end(), key.points.steps.begin(), key.points.steps.end());
    std::sort(steps_.begin(), steps_.end());
    steps_.erase(std::unique(steps_.begin(), steps_.end()), steps_.end());
  }

  bool done() const { return row_ == steps_.size(); }

  ExportBatch next() {
    const auto rows =
        std::min({steps_.size() - row_, options_.batch_rows,
                  std::max<std::size_t>(
                      1, options_.batch_values / std::max<std::size_t>(1, window_.size()))});
    ExportBatch batch;
    batch.steps.assign(steps_.begin() + static_cast<std::ptrdiff_t>(row_),
                       steps_.begin() + static_cast<std::ptrdiff_t>(row_ + rows));
    batch.times_us.assign(rows, std::numeric_limits<std::int64_t>::min());
    row_ += rows;
    for (std::size_t k = 0; k < window_.size(); ++k) take_column(k, batch);
    return batch;
  }

 private:
  void take_column(std::size_t k, ExportBatch& batch) {
    const auto& points = window_[k].points;
    ExportColumn column;
    column.present.assign((batch.steps.size() + 7) / 8, 0);
    for (std::size_t row = 0; row < batch.steps.size() && at_[k] < points.size(); ++row) {
      if (points.steps[at_[k]] != batch.steps[row]) continue;
      column.present[row / 8] =
          static_cast<std::uint8_t>(column.present[row / 8] | (1u << (row % 8)));
      column.values.push_back(points.values[at_[k]]);
      batch.times_us[row] = std::max(batch.times_us[row], points.times_us[at_[k]]);
      ++at_[k];
    }
    if (column.values.empty()) return;
    batch.keys.push_back(window_[k].key);
    batch.columns.push_back(std::move(column));
  }

  const std::vector<KeyPoints>& window_;
  const ExportOptions& options_;
  std::vector<std::size_t> at_;  // next point of each key
  std::vector<std::int64_t> steps_;
  std::size_t row_ = 0;
};

}  // namespace

bool emit_rows(const std::vector<KeyPoints>& window, const ExportOptions& options,
               const ExportSink& sink) {
  RowCutter cutter(window, options);
  while (!cutter.done()) {
    if (!sink(cutter.next())) return false;
  }
  return true;
}

void export_history(storage::Database& database, core::RunId run,
                    const std::vector<std::string>& keys, const ExportSink& sink,
                    const ExportOptions& options) {
  auto from = std::numeric_limits<std::int64_t>::min();
  while (true) {
    const auto window =
        read_window(database, run, keys, {from, static_cast<double>(options.window_points)});
    if (window.empty || !emit_rows(window.points, options, sink)) return;
    if (window.to == std::numeric_limits<std::int64_t>::max()) return;
    from = window.to + 1;
  }
}

}  // namespace tracker::query
