#include "storage/chunk_tables.hpp"

#include <algorithm>
#include <cmath>

#include "core/buckets.hpp"
#include "core/codec.hpp"
#include "core/columns.hpp"
#include "core/pyramid.hpp"
#include "storage/checksum.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kFlushBytes = 4u << 20;

constexpr const char* kExtents = R"sql(
  SELECT a.group_no, a.pos, a.n FROM unnest($2::integer[], $3::bigint[]) AS u(group_no, block)
  JOIN axis_chunk a ON a.run_id = $1 AND a.group_no = u.group_no AND a.pos >= u.block
  ORDER BY a.group_no, a.pos)sql";
constexpr const char* kTakeAxis = R"sql(
  WITH gone AS (DELETE FROM axis_chunk WHERE run_id = $1 AND group_no = $2 AND pos >= $3 RETURNING pos, n, payload)
  SELECT pos, n, payload FROM gone ORDER BY pos)sql";
constexpr const char* kTakeColumns = R"sql(
  WITH gone AS (DELETE FROM chunk WHERE run_id = $1 AND group_no = $2 AND pos >= $3 AND key_id = ANY($4::integer[])
                RETURNING key_id, pos, n, payload || rest AS payload)
  SELECT key_id, n, payload FROM gone ORDER BY key_id, pos)sql";
constexpr const char* kPutAxis = R"sql(
  INSERT INTO axis_chunk (run_id, group_no, pos, n, step_lo, step_hi, time_lo, time_hi, payload, crc32c)
  SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[],
                           $8::bigint[], $9::bytea[], $10::integer[]))sql";
constexpr const char* kPutColumns = R"sql(
  INSERT INTO chunk (run_id, key_id, group_no, pos, n, nan, nonfinite, min_value, max_value, sum, first_value,
                     last_value, payload, rest, crc32c)
  SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::integer[], $6::integer[], $7::integer[],
                           $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::bytea[],
                           $14::bytea[], $15::integer[]))sql";
constexpr const char* kLoadPyramid = R"sql(
  SELECT key_id, n, payload FROM pyramid
  WHERE run_id = $1 AND group_no = $2 AND level = $3 AND block = $4 AND key_id = ANY($5::integer[]))sql";
constexpr const char* kPutPyramid = R"sql(
  INSERT INTO pyramid (run_id, key_id, group_no, level, block, n, payload, crc32c)
  SELECT $1, k, g, l, b, n, p, c
  FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::integer[], $7::bytea[], $8::integer[])
       AS u(k, g, l, b, n, p, c)
  ON CONFLICT (run_id, key_id, group_no, level, block)
    DO UPDATE SET n = excluded.n, payload = excluded.payload, crc32c = excluded.crc32c)sql";

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<std::int32_t> checksums(const std::vector<std::string>& payloads) {
  std::vector<std::int32_t> out;
  out.reserve(payloads.size());
  for (const std::string& payload : payloads) out.push_back(checksum_of(payload));
  return out;
}

// What does not fit into a row PostgreSQL keeps in pieces of this size, four to a page. A last one
// that is smaller takes the place of a whole one, so it stays in the row, unless it is nearly
// whole: then fewer rows would fit a page.
constexpr std::size_t kPiece = 1'996, kMostRest = 1'850;

struct RowParts {
  std::vector<std::string_view> payloads, rests;
};

RowParts split(const std::vector<std::string>& payloads) {
  RowParts out;
  for (const std::string_view payload : payloads) {
    const std::size_t rest = payload.size() < kPiece ? 0 : payload.size() % kPiece;
    const std::size_t whole = rest > kMostRest ? payload.size() : payload.size() - rest;
    out.payloads.push_back(payload.substr(0, whole));
    out.rests.push_back(payload.substr(whole));
  }
  return out;
}

// An axis chunk's payload is three integer columns: steps, times, log order.
std::string encode_axis(const RowColumns& rows) {
  std::string out;
  for (const std::vector<std::int64_t>* column : {&rows.steps, &rows.times_us, &rows.order}) {
    core::put_column(out, core::encode_integers(*column));
  }
  return out;
}

}  // namespace

void append_axis(RowColumns& rows, std::string_view payload, std::size_t n) {
  for (std::vector<std::int64_t>* column : {&rows.steps, &rows.times_us, &rows.order})
    append(*column, core::decode_integers(core::take_column(payload, "stored axis"), n));
}

std::map<std::int32_t, std::vector<ChunkTables::Extent>> ChunkTables::extents(
    std::span<StoredGroup* const> groups) {
  constexpr auto kBlock = static_cast<std::int64_t>(core::kChunkRows);
  std::vector<std::int32_t> numbers;
  std::vector<std::int64_t> blocks;
  for (const StoredGroup* group : groups) {
    if (group->rows % kBlock == 0) continue;
    numbers.push_back(group->number);
    blocks.push_back(group->rows / kBlock * kBlock);
  }
  std::map<std::int32_t, std::vector<Extent>> out;
  if (numbers.empty()) return out;
  const PgResult rows = connection_.run(
      kExtents, PgParams().uuid(run_.uuid().bytes).integers(numbers).bigints(blocks));
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out[rows.integer(i, 0)].push_back({rows.bigint(i, 1), rows.integer(i, 2)});
  return out;
}

RowColumns ChunkTables::take(const StoredGroup& group, std::int64_t pos) {
  const auto& run = run_.uuid().bytes;
  RowColumns out;
  const PgResult axis =
      connection_.run(kTakeAxis, PgParams().uuid(run).integer(group.number).bigint(pos));
  for (std::size_t i = 0; i < axis.rows(); ++i)
    append_axis(out, axis.bytes(i, 2), static_cast<std::size_t>(axis.integer(i, 1)));

  std::map<std::int32_t, std::size_t> column_of;
  for (std::size_t k = 0; k < group.key_ids.size(); ++k) column_of[group.key_ids[k]] = k;
  out.values.resize(group.key_ids.size());
  const PgResult columns = connection_.run(
      kTakeColumns, PgParams().uuid(run).integer(group.number).bigint(pos).integers(group.key_ids));
  for (std::size_t i = 0; i < columns.rows(); ++i)
    append(
        out.values[column_of.at(columns.integer(i, 0))],
        core::decode_doubles(columns.bytes(i, 2), static_cast<std::size_t>(columns.integer(i, 1))));
  for (const std::vector<double>& column : out.values)
    if (column.size() != out.rows())
      throw Error(ErrorCode::kDataLoss, "stored chunks of a group differ in length");
  return out;
}

void ChunkTables::put(const StoredGroup& group, std::int64_t pos, const RowColumns& rows) {
  put_axis(group, pos, rows);
  for (std::size_t k = 0; k < group.key_ids.size(); ++k) put_column(group, k, pos, rows);
  if (rows.rows() == core::kChunkRows) put_pyramid(group, pos, rows);
  if (gathered_bytes_ >= kFlushBytes) flush_chunks();
}

void ChunkTables::put_axis(const StoredGroup& group, std::int64_t pos, const RowColumns& rows) {
  const auto [step_lo, step_hi] = std::minmax_element(rows.steps.begin(), rows.steps.end());
  const auto [time_lo, time_hi] = std::minmax_element(rows.times_us.begin(), rows.times_us.end());
  axis_.group.push_back(group.number);
  axis_.pos.push_back(pos);
  axis_.n.push_back(static_cast<std::int32_t>(rows.rows()));
  axis_.step_lo.push_back(*step_lo);
  axis_.step_hi.push_back(*step_hi);
  axis_.time_lo.push_back(*time_lo);
  axis_.time_hi.push_back(*time_hi);
  axis_.payload.push_back(encode_axis(rows));
  gathered_bytes_ += axis_.payload.back().size();
}

void ChunkTables::put_column(const StoredGroup& group, std::size_t column, std::int64_t pos,
                             const RowColumns& rows) {
  const std::vector<double>& values = rows.values[column];
  core::Bucket total;
  std::int32_t nan = 0;
  for (const double value : values) {
    core::add(total, 0, 0, value);
    if (std::isnan(value)) ++nan;
  }
  values_.key.push_back(group.key_ids[column]);
  values_.group.push_back(group.number);
  values_.pos.push_back(pos);
  values_.n.push_back(static_cast<std::int32_t>(values.size()));
  values_.nan.push_back(nan);
  values_.nonfinite.push_back(static_cast<std::int32_t>(total.nonfinite));
  values_.min.push_back(total.min);
  values_.max.push_back(total.max);
  values_.sum.push_back(total.sum);
  values_.first.push_back(values.front());
  values_.last.push_back(values.back());
  values_.payload.push_back(core::encode_doubles(values));
  gathered_bytes_ += values_.payload.back().size() + 100;
}

void ChunkTables::put_pyramid(const StoredGroup& group, std::int64_t pos, const RowColumns& rows) {
  const std::int64_t chunk = pos / static_cast<std::int64_t>(core::kChunkRows);
  for (std::size_t k = 0; k < group.key_ids.size(); ++k) {
    std::vector<core::Bucket> base;
    base.reserve(rows.rows() / core::kBasePoints);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (i % core::kBasePoints == 0) base.emplace_back();
      core::add(base.back(), rows.steps[i], rows.times_us[i], rows.values[k][i]);
    }
    if (k == 0) extend_pyramid(group, 0, chunk, base);
    extend_pyramid(group, group.key_ids[k], chunk, base);
  }
}

void ChunkTables::extend_pyramid(const StoredGroup& group, std::int32_t key, std::int64_t chunk,
                                 std::span<const core::Bucket> base) {
  // A full chunk has 4 buckets of level 2; a row of level 2 has those of 32 chunks; 8 chunks make a
  // bucket of level 3.
  constexpr std::int64_t kPerRow = 32, kPerBucket = 8;
  const std::vector<core::Bucket> level2 = core::level2_of(base);
  pyramid_[{group.number, key, 1, chunk}] = core::level1_of(base);

  const std::int64_t block2 = chunk / kPerRow;
  if (chunk % kPerRow != 0 && !pyramid_.contains({group.number, key, 2, block2}))
    load_level(group, 2, block2);
  std::vector<core::Bucket>& row2 = pyramid_[{group.number, key, 2, block2}];
  append(row2, level2);
  if (row2.size() != static_cast<std::size_t>(chunk % kPerRow + 1) * level2.size())
    throw Error(ErrorCode::kDataLoss, "the pyramid of a series has a hole");

  if ((chunk + 1) % kPerBucket != 0) return;
  const std::vector<core::Bucket> level3 =
      core::coarsen(std::span(row2).last(core::kFanOut), core::kFanOut);
  const std::int64_t bucket = chunk / kPerBucket;
  const std::int64_t block3 = bucket / static_cast<std::int64_t>(core::kBlockBuckets);
  if (bucket % static_cast<std::int64_t>(core::kBlockBuckets) != 0 &&
      !pyramid_.contains({group.number, key, 3, block3}))
    load_level(group, 3, block3);
  append(pyramid_[{group.number, key, 3, block3}], level3);
}

// For all keys of the group at once: they reach a block together.
void ChunkTables::load_level(const StoredGroup& group, int level, std::int64_t block) {
  std::vector<std::int32_t> keys = group.key_ids;
  keys.push_back(0);
  const PgResult rows =
      connection_.run(kLoadPyramid, PgParams()
                                        .uuid(run_.uuid().bytes)
                                        .integer(group.number)
                                        .smallint(static_cast<std::int16_t>(level))
                                        .bigint(block)
                                        .integers(keys));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::int32_t key = rows.integer(i, 0);
    const core::PyramidRow row{rows.bytes(i, 2), static_cast<std::size_t>(rows.integer(i, 1)),
                               level};
    pyramid_.try_emplace({group.number, key, level, block},
                         key == 0 ? core::decode_edges(row) : core::decode_values(row));
  }
}

void ChunkTables::flush() {
  flush_chunks();
  flush_pyramid();
}

void ChunkTables::flush_chunks() {
  const auto& run = run_.uuid().bytes;
  if (!axis_.pos.empty())
    connection_.run(kPutAxis, PgParams()
                                  .uuid(run)
                                  .integers(axis_.group)
                                  .bigints(axis_.pos)
                                  .integers(axis_.n)
                                  .bigints(axis_.step_lo)
                                  .bigints(axis_.step_hi)
                                  .bigints(axis_.time_lo)
                                  .bigints(axis_.time_hi)
                                  .byteas(views(axis_.payload))
                                  .integers(checksums(axis_.payload)));
  if (!values_.pos.empty()) {
    const RowParts parts = split(values_.payload);
    connection_.run(kPutColumns, PgParams()
                                     .uuid(run)
                                     .integers(values_.key)
                                     .integers(values_.group)
                                     .bigints(values_.pos)
                                     .integers(values_.n)
                                     .integers(values_.nan)
                                     .integers(values_.nonfinite)
                                     .float8s(values_.min)
                                     .float8s(values_.max)
                                     .float8s(values_.sum)
                                     .float8s(values_.first)
                                     .float8s(values_.last)
                                     .byteas(parts.payloads)
                                     .byteas(parts.rests)
                                     .integers(checksums(values_.payload)));
  }
  axis_ = {};
  values_ = {};
  gathered_bytes_ = 0;
}

void ChunkTables::flush_pyramid() {
  if (pyramid_.empty()) return;
  std::vector<std::int32_t> keys, groups, levels, counts;
  std::vector<std::int64_t> blocks;
  std::vector<std::string> payloads;
  for (const auto& [id, buckets] : pyramid_) {
    const auto& [group, key, level, block] = id;
    groups.push_back(group);
    keys.push_back(key);
    levels.push_back(level);
    blocks.push_back(block);
    counts.push_back(static_cast<std::int32_t>(buckets.size()));
    payloads.push_back(key == 0 ? core::encode_edges(buckets)
                                : core::encode_values(buckets, level));
  }
  connection_.run(kPutPyramid, PgParams()
                                   .uuid(run_.uuid().bytes)
                                   .integers(keys)
                                   .integers(groups)
                                   .integers(levels)
                                   .bigints(blocks)
                                   .integers(counts)
                                   .byteas(views(payloads))
                                   .integers(checksums(payloads)));
  pyramid_.clear();
}

}  // namespace tracker::storage
