#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"

// Reads axis_chunk and chunk of one run, inside the reader's snapshot.
namespace tracker::storage {

// Rows [from, to) of a group.
struct Positions {
  std::int64_t from = 0, to = 0;
  std::int64_t count() const noexcept { return to - from; }
};

struct ReadGroup {
  std::int32_t number = 0;
  std::int64_t rows = 0;
};

class ChunkReader {
 public:
  ChunkReader(PgConnection& connection, core::RunId run) : connection_(connection), run_(run) {}

  // Groups that hold the key.
  std::vector<ReadGroup> groups_of(std::int32_t key);

  // The smallest stretch of rows that holds all rows within the range, in whole chunks.
  Positions overlapping(const ReadGroup& group, const core::Range& range);

  // Appends the points of a key at these rows to `out`, which has one column.
  void read(const ReadGroup& group, std::int32_t key, const Positions& positions, RowColumns& out);

 private:
  PgConnection& connection_;
  core::RunId run_;
};

}  // namespace tracker::storage
