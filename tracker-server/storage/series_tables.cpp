#include "storage/series_tables.hpp"

#include "storage/series_rows.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kHeads = R"sql(
  SELECT r.id, r.created_us, r.meta_version + coalesce(w.version, 0), coalesce(c.next_row, 0), coalesce(w.live, false)
  FROM run r LEFT JOIN compaction c ON c.run_id = r.id
  LEFT JOIN LATERAL (SELECT sum(acked_offset + epoch)::bigint AS version, bool_or(acked_offset > sealed_offset) AS live
                     FROM writer_stream WHERE run_id = r.id) w ON true
  WHERE r.id = ANY($1) AND (r.deleted_us IS NULL OR $2))sql";
constexpr const char* kSeriesOfAll = R"sql(
  SELECT s.run_id, s.key_id, k.name, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us,
         s.last_time_us, s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = ANY($1))sql";
constexpr const char* kSeriesOfSome = R"sql(
  SELECT s.run_id, s.key_id, k.name, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us,
         s.last_time_us, s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = ANY($1) AND k.name = ANY($2))sql";
constexpr const char* kInherited = R"sql(
  SELECT g.i - 1, g.run_id, k.id, k.name, s.n IS NULL, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step,
         s.first_time_us, s.last_time_us, s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM (SELECT DISTINCT v.i, v.run_id, u.id
        FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS v(run_id, upto, i)
        JOIN series_group g ON g.run_id = v.run_id AND NOT g.system CROSS JOIN LATERAL unnest(g.key_ids) AS u(id)
        WHERE EXISTS (SELECT 1 FROM axis_chunk a
                      WHERE a.run_id = g.run_id AND a.group_no = g.group_no AND a.step_lo <= v.upto)) g
  JOIN metric_key k ON k.id = g.id LEFT JOIN series s ON s.run_id = g.run_id AND s.key_id = g.id
  WHERE $3 OR k.name = ANY($4) ORDER BY g.i)sql";
constexpr const char* kGroupsOfRuns = R"sql(
  SELECT run_id, group_no, rows, key_ids FROM series_group WHERE run_id = ANY($1) AND key_ids && $2
  ORDER BY run_id, group_no)sql";
// OFFSET 0 keeps the planner to the index: frame is never analysed, and a join as such would read
// all slots.
constexpr const char* kTailSizes = R"sql(
  SELECT w.run_id, coalesce(sum(octet_length(f.payload)), 0)::bigint
  FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
  WHERE w.run_id = ANY($1) GROUP BY w.run_id)sql";
constexpr const char* kTails = R"sql(
  SELECT w.run_id, f.payload FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
  WHERE w.run_id = ANY($1) ORDER BY f.id)sql";

constexpr const char* kLocateSteps = R"sql(
  SELECT (SELECT min(pos) FROM axis_chunk a WHERE a.run_id = u.run_id AND a.group_no = u.group_no AND a.pos >= u.from1
            AND a.pos < u.to1 AND a.step_hi >= u.low AND a.step_lo <= u.high),
         (SELECT max(pos + n) FROM axis_chunk a WHERE a.run_id = u.run_id AND a.group_no = u.group_no AND a.pos >= u.from2
            AND a.pos < u.to2 AND a.step_hi >= u.low AND a.step_lo <= u.high)
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    WITH ORDINALITY AS u(run_id, group_no, from1, to1, from2, to2, low, high, i) ORDER BY u.i)sql";
constexpr const char* kLocateTimes = R"sql(
  SELECT (SELECT min(pos) FROM axis_chunk a WHERE a.run_id = u.run_id AND a.group_no = u.group_no AND a.pos >= u.from1
            AND a.pos < u.to1 AND a.time_hi >= u.low AND a.time_lo <= u.high),
         (SELECT max(pos + n) FROM axis_chunk a WHERE a.run_id = u.run_id AND a.group_no = u.group_no AND a.pos >= u.from2
            AND a.pos < u.to2 AND a.time_hi >= u.low AND a.time_lo <= u.high)
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    WITH ORDINALITY AS u(run_id, group_no, from1, to1, from2, to2, low, high, i) ORDER BY u.i)sql";

// A subquery a series, each an index scan.
constexpr const char* kPyramid = R"sql(
  SELECT u.i, p.at, p.n, p.payload
  FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[])
    WITH ORDINALITY AS u(run_id, key_id, group_no, level, low, high, i)
  CROSS JOIN LATERAL (
    SELECT block AS at, n, payload FROM pyramid WHERE run_id = u.run_id AND key_id = u.key_id AND group_no = u.group_no
      AND level = u.level AND block >= u.low AND block < u.high ORDER BY block) p
  ORDER BY u.i, p.at)sql";
// A chunk holds at most 4,096 rows: the one that holds row `low` begins less than that before it.
constexpr const char* kAxes = R"sql(
  SELECT u.i, p.at, p.n, p.payload
  FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[])
    WITH ORDINALITY AS u(run_id, key_id, group_no, level, low, high, i)
  CROSS JOIN LATERAL (
    SELECT pos AS at, n, payload FROM axis_chunk WHERE run_id = u.run_id AND group_no = u.group_no
      AND pos > u.low - 4096 AND pos < u.high AND pos + n > u.low ORDER BY pos) p
  ORDER BY u.i, p.at)sql";
constexpr const char* kColumnParts = R"sql(
  SELECT u.i, p.at, p.n, p.payload
  FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::bigint[])
    WITH ORDINALITY AS u(run_id, key_id, group_no, level, low, high, i)
  CROSS JOIN LATERAL (
    SELECT pos AS at, n, payload || rest AS payload FROM chunk WHERE run_id = u.run_id AND key_id = u.key_id AND group_no = u.group_no
      AND pos > u.low - 4096 AND pos < u.high AND pos + n > u.low ORDER BY pos) p
  ORDER BY u.i, p.at)sql";

PgParams uuids_of(std::span<const core::RunId> runs) {
  PgParams params;
  params.uuids(runs);
  return params;
}

WantedRows read_wanted(PgConnection& connection, const char* sql,
                       std::span<const RowsWanted> wanted) {
  std::vector<core::RunId> runs;
  std::vector<std::int32_t> keys, groups, levels;
  std::vector<std::int64_t> from, to;
  for (const RowsWanted& one : wanted) {
    runs.push_back(one.run);
    keys.push_back(one.key);
    groups.push_back(one.group);
    levels.push_back(one.level);
    from.push_back(one.from);
    to.push_back(one.to);
  }
  return WantedRows(connection.run(sql, PgParams()
                                            .uuids(runs)
                                            .integers(keys)
                                            .integers(groups)
                                            .integers(levels)
                                            .bigints(from)
                                            .bigints(to)),
                    wanted.size());
}

}  // namespace

std::vector<RunHead> read_heads(PgConnection& connection, std::span<const core::RunId> runs,
                                Deleted deleted) {
  if (runs.empty()) return {};
  const PgResult rows =
      connection.run(kHeads, uuids_of(runs).boolean(deleted == Deleted::kToo ? 1 : 0));
  std::vector<RunHead> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({run_id_of(rows.bytes(i, 0)), rows.bigint(i, 1),
                   static_cast<std::uint64_t>(rows.bigint(i, 2)), rows.bigint(i, 3),
                   rows.boolean(i, 4)});
  return out;
}

std::vector<StoredSeries> read_series(PgConnection& connection, std::span<const core::RunId> runs,
                                      std::optional<std::span<const std::string>> names) {
  PgParams params = uuids_of(runs);
  if (names) params.texts(*names);
  const PgResult rows = connection.run(names ? kSeriesOfSome : kSeriesOfAll, params);
  std::vector<StoredSeries> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto kind = rows.boolean(i, 3) ? core::KeyKind::kSystem : core::KeyKind::kHistory;
    out.push_back({run_id_of(rows.bytes(i, 0)),
                   rows.integer(i, 1),
                   {std::string(rows.bytes(i, 2)), kind, series_row(rows, i, 3)}});
  }
  return out;
}

std::vector<InheritedKey> read_inherited(PgConnection& connection, std::span<const RunView> views,
                                         std::optional<std::span<const std::string>> names) {
  if (views.empty()) return {};
  std::vector<core::RunId> runs;
  std::vector<std::int64_t> steps;
  for (const RunView& view : views) {
    runs.push_back(view.run);
    steps.push_back(view.upto);
  }
  PgParams params = uuids_of(runs).bigints(steps).boolean(names ? 0 : 1);
  params.texts(names.value_or(std::span<const std::string>()));
  const PgResult rows = connection.run(kInherited, params);
  std::vector<InheritedKey> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    Key key{std::string(rows.bytes(i, 3)), core::KeyKind::kHistory, {}};
    if (!rows.boolean(i, 4)) key.stats = series_row(rows, i, 5);
    out.push_back({static_cast<std::size_t>(rows.bigint(i, 0)),
                   {run_id_of(rows.bytes(i, 1)), rows.integer(i, 2), std::move(key)}});
  }
  return out;
}

std::vector<KeyGroup> read_groups(PgConnection& connection, std::span<const core::RunId> runs,
                                  std::span<const std::int32_t> keys) {
  const PgResult rows = connection.run(kGroupsOfRuns, uuids_of(runs).integers(keys));
  std::vector<KeyGroup> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back(
        {run_id_of(rows.bytes(i, 0)), rows.integer(i, 1), rows.bigint(i, 2), rows.integers(i, 3)});
  return out;
}

std::vector<std::pair<core::RunId, std::int64_t>> read_tail_sizes(
    PgConnection& connection, std::span<const core::RunId> runs) {
  const PgResult rows = connection.run(kTailSizes, uuids_of(runs));
  std::vector<std::pair<core::RunId, std::int64_t>> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.emplace_back(run_id_of(rows.bytes(i, 0)), rows.bigint(i, 1));
  return out;
}

TailFrames read_tail_frames(PgConnection& connection, std::span<const core::RunId> runs) {
  return {connection.run(kTails, uuids_of(runs))};
}

std::vector<Positions> locate(PgConnection& connection, std::span<const LocateWanted> wanted) {
  std::vector<core::RunId> runs;
  std::vector<std::int32_t> groups;
  std::vector<std::int64_t> columns[6];
  for (const LocateWanted& one : wanted) {
    runs.push_back(one.run);
    groups.push_back(one.group);
    const std::int64_t values[] = {one.first.from, one.first.to,   one.last.from,
                                   one.last.to,    one.range.from, one.range.to};
    for (std::size_t c = 0; c < std::size(values); ++c) columns[c].push_back(values[c]);
  }
  std::vector<Positions> out(wanted.size());
  if (wanted.empty()) return out;
  PgParams params = uuids_of(runs).integers(groups);
  for (const auto& column : columns) params.bigints(column);
  const bool steps = wanted.front().range.axis == core::Axis::kStep;
  const PgResult rows = connection.run(steps ? kLocateSteps : kLocateTimes, params);
  for (std::size_t i = 0; i < rows.rows(); ++i)
    if (!rows.is_null(i, 0) && !rows.is_null(i, 1)) out[i] = {rows.bigint(i, 0), rows.bigint(i, 1)};
  return out;
}

WantedRows::WantedRows(PgResult rows, std::size_t wanted)
    : rows_(std::move(rows)), stretches_(wanted) {
  for (std::size_t i = 0; i < rows_.rows(); ++i) {
    Stretch& stretch = stretches_.at(static_cast<std::size_t>(rows_.bigint(i, 0) - 1));
    if (stretch.size() == 0) stretch.begin = i;
    stretch.end = i + 1;
  }
}

WantedRows::Row WantedRows::row(std::size_t index) const {
  return {rows_.bigint(index, 1), static_cast<std::size_t>(rows_.integer(index, 2)),
          rows_.bytes(index, 3)};
}

WantedRows read_pyramid(PgConnection& connection, std::span<const RowsWanted> wanted) {
  return read_wanted(connection, kPyramid, wanted);
}
WantedRows read_axes(PgConnection& connection, std::span<const RowsWanted> wanted) {
  return read_wanted(connection, kAxes, wanted);
}
WantedRows read_columns(PgConnection& connection, std::span<const RowsWanted> wanted) {
  return read_wanted(connection, kColumnParts, wanted);
}

}  // namespace tracker::storage
