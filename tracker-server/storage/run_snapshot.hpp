#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/database.hpp"
#include "storage/runs.hpp"

// Reading the points of one run. Charts, and what is asked of many runs, go through
// storage/series_snapshot.hpp.
namespace tracker::storage {

// One consistent view of one run's points: compacted chunks and frames that are not compacted yet,
// as of one moment. It holds a connection and an open transaction: make it, read, drop it (well
// below the statement timeout). Belongs to one thread. Errors: Error(kNotFound) for an unknown run,
// kUnavailable (also while more data wait to be compacted than a reader takes: TailLimits in
// storage/run_tail.hpp), kDataLoss when stored bytes do not decode.
class RunSnapshot {
 public:
  RunSnapshot(Database& database, core::RunId run);
  ~RunSnapshot();
  RunSnapshot(RunSnapshot&&) noexcept;
  RunSnapshot& operator=(RunSnapshot&&) noexcept;

  // As Run::version, at this moment.
  std::uint64_t version() const noexcept;

  // All keys, sorted by name, statistics up to the last commit. A name may occur twice: as history
  // and as system key.
  const std::vector<Key>& keys();
  // The history key of that name, else the system key, else nullptr.
  const Key* find_key(std::string_view name);

  // Points of a key in x order, rows of equal step merged (later wins), within the range. Empty for
  // an unknown key. A range with Axis::kStep on a system key is Error(kInvalidArgument).
  core::Points points(const Key& key, const core::Range& range);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::storage
