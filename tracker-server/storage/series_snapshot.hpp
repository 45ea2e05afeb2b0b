#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cells.hpp"
#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/database.hpp"
#include "storage/runs.hpp"
#include "storage/series_tables.hpp"

// Reading series of many runs for charts: a handful of statements however many they are.
namespace tracker::storage {

// Rows of a series that are merged, sorted or answered one by one are held in memory: so many at
// most. A series whose steps rise is not bounded, as long as buckets are asked for.
inline constexpr std::int64_t kMostRows = 32 << 20;

// What is asked of one series.
struct SeriesSlice {
  core::RunId run;
  const Key* key = nullptr;    // of this snapshot
  const Key* x_key = nullptr;  // x is the value of this key in the same row; only where same_rows()
  core::XScale scale;          // else what x is
  double from = -std::numeric_limits<double>::infinity();  // inclusive, in the unit of x
  double to = std::numeric_limits<double>::infinity();
  enum class Form {
    kPoints,  // every point
    kGrid,    // buckets in a grid
    kFine     // buckets as they come
  } form = Form::kPoints;
  std::size_t at_least = 1;  // buckets, where there are as many points
  core::Extent extent;       // of kGrid
};

// In the order of x; with an x_key in the order of steps. A series (or what of it lies in the
// range) of too few points for buckets comes as points also where buckets were asked for.
struct SliceData {
  bool bucketed = false;
  core::XyPoints points;
  std::optional<core::Grid> grid;
  std::vector<core::XBucket> fine;
  std::size_t bucket_points = 1;  // of the largest buckets that were read
  // False where buckets of an x_key were relied on and x turned out to fall: nothing is answered,
  // and both keys must be read as points.
  bool usable = true;
};

// One consistent view of the points of some runs, compacted or not, as of one moment. It holds a
// connection and an open transaction: make it, read, drop it. Belongs to one thread; decodes on
// several. Errors: Error(kUnavailable), also while more data wait to be compacted than a reader
// takes (TailLimits in storage/run_tail.hpp); kDataLoss when stored bytes do not decode;
// kResourceExhausted beyond kMostRows.
class SeriesSnapshot {
 public:
  // Unknown runs are left out. `keys`: the names that may be asked for; nullopt for all.
  SeriesSnapshot(Database& database, std::span<const core::RunId> runs,
                 std::optional<std::vector<std::string>> keys);
  ~SeriesSnapshot();
  SeriesSnapshot(const SeriesSnapshot&) = delete;
  SeriesSnapshot& operator=(const SeriesSnapshot&) = delete;

  const RunHead* find_run(core::RunId run) const;
  // Sorted by name; a name may occur twice, as history and as system key. Statistics up to the last
  // commit. Empty for an unknown run.
  const std::vector<Key>& keys(core::RunId run) const;
  // The history key of that name, else the system key, else nullptr.
  const Key* find_key(core::RunId run, std::string_view name) const;

  // May `x_key` be read row by row beside `key`? That is: the steps of both rise, x is finite, and
  // each row that has the key has x as well.
  bool same_rows(core::RunId run, const Key& key, const Key& x_key);

  // One answer a slice.
  std::vector<SliceData> read(std::span<const SeriesSlice> slices);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::storage
