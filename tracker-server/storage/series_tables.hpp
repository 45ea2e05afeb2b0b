#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/chunk_reader.hpp"
#include "storage/pg.hpp"
#include "storage/run_branches.hpp"
#include "storage/runs.hpp"

// The tables of charts, read for many series with one statement each, inside the reader's snapshot.
// Errors of all functions: PgError.
namespace tracker::storage {

// A run as readers of its data need it.
struct RunHead {
  core::RunId id;
  std::int64_t created_us = 0;
  std::uint64_t version = 0;
  std::int64_t next_row = 0;  // number of the first row behind those compacted
  bool has_tail = false;      // frames that are not compacted
};
// Deleted runs are left out, unless they are read as ancestors of others.
enum class Deleted { kNot, kToo };
std::vector<RunHead> read_heads(PgConnection& connection, std::span<const core::RunId> runs,
                                Deleted deleted = Deleted::kNot);

struct StoredSeries {
  core::RunId run;
  std::int32_t id = 0;  // of the key
  Key key;
};
// Of these keys, or of all. Statistics as of the last compaction.
std::vector<StoredSeries> read_series(PgConnection& connection, std::span<const core::RunId> runs,
                                      std::optional<std::span<const std::string>> names);

// History keys of which an ancestor has compacted rows at steps that the view reaches, with the
// ancestor's statistics. They go by its chunks: rows that it took back itself, and so has no
// statistics of, may be shown to a fork.
struct InheritedKey {
  std::size_t view = 0;  // index in `views`
  StoredSeries series;
};
std::vector<InheritedKey> read_inherited(PgConnection& connection, std::span<const RunView> views,
                                         std::optional<std::span<const std::string>> names);

struct KeyGroup {
  core::RunId run;
  std::int32_t number = 0;
  std::int64_t rows = 0;
  std::vector<std::int32_t> keys;
};
// Groups of these runs that hold one of the keys.
std::vector<KeyGroup> read_groups(PgConnection& connection, std::span<const core::RunId> runs,
                                  std::span<const std::int32_t> keys);

// Payload bytes of each run's tail, and the payloads in commit order.
std::vector<std::pair<core::RunId, std::int64_t>> read_tail_sizes(
    PgConnection& connection, std::span<const core::RunId> runs);
struct TailFrames {
  PgResult rows;
  std::size_t size() const noexcept { return rows.rows(); }
  core::RunId run(std::size_t i) const { return run_id_of(rows.bytes(i, 0)); }
  std::string_view payload(std::size_t i) const { return rows.bytes(i, 1); }
};
TailFrames read_tail_frames(PgConnection& connection, std::span<const core::RunId> runs);

// In which rows of a group the range begins and ends: looked for among the chunks of these windows.
struct LocateWanted {
  core::RunId run;
  std::int32_t group = 0;
  Positions first, last;
  core::Range range;
};
// In the order asked for; empty where no chunk overlaps the range. All have one axis.
std::vector<Positions> locate(PgConnection& connection, std::span<const LocateWanted> wanted);

// Which rows of a table: of `pyramid` those of blocks [from, to) at a level (key 0: edges), of
// `chunk` (key 0: `axis_chunk`) those that hold positions [from, to).
struct RowsWanted {
  core::RunId run;
  std::int32_t key = 0, group = 0;
  int level = 0;
  std::int64_t from = 0, to = 0;
};

// The answer: rows in order, for each thing wanted a stretch of them. Any number of threads may
// read.
class WantedRows {
 public:
  struct Row {
    std::int64_t at = 0;  // block, or position
    std::size_t n = 0;    // buckets, or points
    std::string_view payload;
  };
  struct Stretch {
    std::size_t begin = 0, end = 0;
    std::size_t size() const noexcept { return end - begin; }
  };

  WantedRows(PgResult rows, std::size_t wanted);
  const Stretch& of(std::size_t wanted) const { return stretches_.at(wanted); }
  Row row(std::size_t index) const;

 private:
  PgResult rows_;
  std::vector<Stretch> stretches_;
};

WantedRows read_pyramid(PgConnection& connection, std::span<const RowsWanted> wanted);
WantedRows read_axes(PgConnection& connection, std::span<const RowsWanted> wanted);
WantedRows read_columns(PgConnection& connection, std::span<const RowsWanted> wanted);

}  // namespace tracker::storage
