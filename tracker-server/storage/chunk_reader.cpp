#include "storage/chunk_reader.hpp"

#include <algorithm>

#include "core/codec.hpp"
#include "storage/chunk_tables.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kGroupsOfKey =
    "SELECT group_no, rows FROM series_group WHERE run_id = $1 AND key_ids @> ARRAY[$2] ORDER BY "
    "group_no";
constexpr const char* kOverlapSteps = R"sql(
  SELECT min(pos), max(pos + n) FROM axis_chunk
  WHERE run_id = $1 AND group_no = $2 AND step_hi >= $3 AND step_lo <= $4)sql";
constexpr const char* kOverlapTimes = R"sql(
  SELECT min(pos), max(pos + n) FROM axis_chunk
  WHERE run_id = $1 AND group_no = $2 AND time_hi >= $3 AND time_lo <= $4)sql";
// A chunk holds at most 4,096 rows, so the one that holds row `from` begins less than that before
// it.
constexpr const char* kAxisChunks = R"sql(
  SELECT pos, n, payload FROM axis_chunk
  WHERE run_id = $1 AND group_no = $2 AND pos > $3 - 4096 AND pos < $4 AND pos + n > $3 ORDER BY pos)sql";
constexpr const char* kColumn = R"sql(
  SELECT pos, n, payload || rest FROM chunk
  WHERE run_id = $1 AND group_no = $2 AND pos > $3 - 4096 AND pos < $4 AND pos + n > $3 AND key_id = $5 ORDER BY pos)sql";

}  // namespace

std::vector<ReadGroup> ChunkReader::groups_of(std::int32_t key) {
  const PgResult rows =
      connection_.run(kGroupsOfKey, PgParams().uuid(run_.uuid().bytes).integer(key));
  std::vector<ReadGroup> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({rows.integer(i, 0), rows.bigint(i, 1)});
  return out;
}

Positions ChunkReader::overlapping(const ReadGroup& group, const core::Range& range) {
  if (range.unbounded()) return {0, group.rows};
  const PgResult row = connection_.run(
      range.axis == core::Axis::kStep ? kOverlapSteps : kOverlapTimes,
      PgParams().uuid(run_.uuid().bytes).integer(group.number).bigint(range.from).bigint(range.to));
  if (row.is_null(0, 0)) return {};
  return {row.bigint(0, 0), row.bigint(0, 1)};
}

void ChunkReader::read(const ReadGroup& group, std::int32_t key, const Positions& positions,
                       RowColumns& out) {
  if (positions.count() <= 0) return;
  PgParams params;
  params.uuid(run_.uuid().bytes).integer(group.number).bigint(positions.from).bigint(positions.to);
  const PgResult axis = connection_.run(kAxisChunks, params);
  const PgResult column = connection_.run(kColumn, params.integer(key));
  if (axis.rows() != column.rows())
    throw Error(ErrorCode::kDataLoss, "stored chunks of a series are missing");
  out.values.resize(1);
  for (std::size_t i = 0; i < axis.rows(); ++i) {
    const auto n = static_cast<std::size_t>(axis.integer(i, 1));
    if (axis.bigint(i, 0) != column.bigint(i, 0) || axis.integer(i, 1) != column.integer(i, 1))
      throw Error(ErrorCode::kDataLoss, "stored chunks of a series do not match their axis");
    RowColumns chunk;
    append_axis(chunk, axis.bytes(i, 2), n);
    chunk.values.push_back(core::decode_doubles(column.bytes(i, 2), n));
    const std::int64_t pos = axis.bigint(i, 0);
    const std::int64_t first = std::max<std::int64_t>(0, positions.from - pos);
    const std::int64_t last =
        std::min<std::int64_t>(static_cast<std::int64_t>(n), positions.to - pos);
    append_rows(out, chunk, static_cast<std::size_t>(first),
                static_cast<std::size_t>(last - first));
  }
}

}  // namespace tracker::storage
