#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"

// The tables axis_chunk, chunk and pyramid of one run, inside the compactor's transaction. Rules:
// docs/storage.md, "Chunks" and "Pyramid".
namespace tracker::storage {

// A group as the database knows it.
struct StoredGroup {
  std::int32_t number = 0;
  std::vector<std::int32_t> key_ids;  // in the order of the columns
  std::int64_t rows = 0;              // compacted so far: the position of the next one
};

// Appends the steps, times and order of an axis chunk of `n` rows. Throws Error(kDataLoss) when the
// payload is not one.
void append_axis(RowColumns& rows, std::string_view payload, std::size_t n);

// Gathers what is written and sends it a few megabytes at a time. Made for one transaction, by the
// thread that holds the run's row in `compaction` and the connection, both of which must outlive
// it. Errors of all members: PgError; Error(kDataLoss) when stored bytes do not decode or a table
// lacks rows that the others announce. After an error the transaction must be rolled back and the
// object dropped: what it has gathered is then part of nothing.
class ChunkTables {
 public:
  ChunkTables(PgConnection& connection, core::RunId run) : connection_(connection), run_(run) {}

  // Positions and sizes of the chunks behind the full ones, for all these groups in one query; by
  // number of the group. A group without such chunks is absent.
  struct Extent {
    std::int64_t pos = 0, n = 0;
  };
  std::map<std::int32_t, std::vector<Extent>> extents(std::span<StoredGroup* const> groups);

  // Takes the chunks at or behind `pos`, which must begin one, out of the tables, as rows in the
  // order of their positions. They are to be put back, with others behind them perhaps. Nothing
  // that put() still holds is seen.
  RowColumns take(const StoredGroup& group, std::int64_t pos);

  // Writes one chunk of 1 to 4,096 rows that does not cross a multiple of 4,096, with a column for
  // each of the group's keys. A full one brings its part of the pyramid; full chunks of a group
  // must come in order.
  void put(const StoredGroup& group, std::int64_t pos, const RowColumns& rows);

  // Everything that put() gathered. Must be called before the transaction commits.
  void flush();

 private:
  using PyramidKey =
      std::tuple<std::int32_t, std::int32_t, int, std::int64_t>;  // group, key, level, block

  void put_axis(const StoredGroup& group, std::int64_t pos, const RowColumns& rows);
  void put_column(const StoredGroup& group, std::size_t column, std::int64_t pos,
                  const RowColumns& rows);
  void put_pyramid(const StoredGroup& group, std::int64_t pos, const RowColumns& rows);
  void extend_pyramid(const StoredGroup& group, std::int32_t key, std::int64_t chunk,
                      std::span<const core::Bucket> base);
  void load_level(const StoredGroup& group, int level, std::int64_t block);
  void flush_chunks();
  void flush_pyramid();

  PgConnection& connection_;
  core::RunId run_;

  struct AxisColumns {
    std::vector<std::int32_t> group, n;
    std::vector<std::int64_t> pos, step_lo, step_hi, time_lo, time_hi;
    std::vector<std::string> payload;
  } axis_;
  struct ValueColumns {
    std::vector<std::int32_t> key, group, n, nan, nonfinite;
    std::vector<std::int64_t> pos;
    std::vector<double> min, max, sum, first, last;
    std::vector<std::string> payload;
  } values_;
  std::size_t gathered_bytes_ = 0;
  std::map<PyramidKey, std::vector<core::Bucket>> pyramid_;  // rows to write; key 0: edges
};

}  // namespace tracker::storage
