#include "storage/chunk_reader.hpp"

#include <algorithm>
#include <map>

#include "core/codec.hpp"
#include "core/pyramid.hpp"
#include "storage/chunk_tables.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kGroups =
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
constexpr const char* kAxis = R"sql(
  SELECT pos, n, payload FROM axis_chunk
  WHERE run_id = $1 AND group_no = $2 AND pos > $3 - 4096 AND pos < $4 AND pos + n > $3 ORDER BY pos)sql";
constexpr const char* kColumn = R"sql(
  SELECT pos, n, payload FROM chunk
  WHERE run_id = $1 AND group_no = $2 AND pos > $3 - 4096 AND pos < $4 AND pos + n > $3 AND key_id = $5 ORDER BY pos)sql";
constexpr const char* kPyramid = R"sql(
  SELECT block, n, payload FROM pyramid
  WHERE run_id = $1 AND key_id = $2 AND group_no = $3 AND level = $4 AND block BETWEEN $5 AND $6 ORDER BY block)sql";

bool within(const core::Bucket& bucket, const core::Range& range) {
  return range.axis == core::Axis::kStep
             ? bucket.step_first >= range.from && bucket.step_last <= range.to
             : bucket.time_first_us >= range.from && bucket.time_last_us <= range.to;
}

}  // namespace

std::vector<ReadGroup> ChunkReader::groups_of(std::int32_t key) {
  const PgResult rows = connection_.run(kGroups, PgParams().uuid(run_.uuid().bytes).integer(key));
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
  const PgResult axis = connection_.run(kAxis, params);
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

BucketRun ChunkReader::buckets(const ReadGroup& group, std::int32_t key, int level,
                               const Positions& positions, const core::Range& range) {
  BucketRun out;
  if (positions.count() <= 0) return out;
  const auto size = static_cast<std::int64_t>(core::bucket_points(level));
  const std::int64_t per_row = size * static_cast<std::int64_t>(core::kBlockBuckets);
  const auto load = [&](std::int32_t id) {
    return connection_.run(kPyramid, PgParams()
                                         .uuid(run_.uuid().bytes)
                                         .integer(id)
                                         .integer(group.number)
                                         .smallint(static_cast<std::int16_t>(level))
                                         .bigint(positions.from / per_row)
                                         .bigint((positions.to - 1) / per_row));
  };
  const PgResult edges = load(0);
  const PgResult values = load(key);
  if (edges.rows() != values.rows())
    throw Error(ErrorCode::kDataLoss, "the pyramid of a series is incomplete");
  for (std::size_t i = 0; i < edges.rows(); ++i) {
    const std::vector<core::Bucket> row = core::decode_buckets(
        {values.bytes(i, 2), static_cast<std::size_t>(values.integer(i, 1))},
        {edges.bytes(i, 2), static_cast<std::size_t>(edges.integer(i, 1))}, level);
    for (std::size_t b = 0; b < row.size(); ++b) {
      const std::int64_t from = edges.bigint(i, 0) * per_row + static_cast<std::int64_t>(b) * size;
      if (from < positions.from || from + size > positions.to || !within(row[b], range)) continue;
      if (out.buckets.empty()) out.positions.from = from;
      out.positions.to = from + size;
      out.buckets.push_back(row[b]);
    }
  }
  return out;
}

}  // namespace tracker::storage
