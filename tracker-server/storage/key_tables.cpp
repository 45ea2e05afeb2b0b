#include "storage/key_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "storage/series_rows.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kMaxWideGroups = 64;

constexpr const char* kLoadGroups =
    "SELECT group_no, system, key_ids, rows FROM series_group WHERE run_id = $1";
// Lists of numbers as text: an array of arrays would need them equally long.
constexpr const char* kStoreGroups = R"sql(
  INSERT INTO series_group (run_id, group_no, system, key_ids, rows)
  SELECT $1, g, s, k::integer[], r
  FROM unnest($2::integer[], $3::boolean[], $4::text[], $5::bigint[]) AS u(g, s, k, r)
  ON CONFLICT (run_id, group_no) DO UPDATE SET rows = excluded.rows)sql";

// Sorted, so that two compactors of one project insert new keys in the same order.
constexpr const char* kMakeMetricKeys = R"sql(
  INSERT INTO metric_key (project_id, system, name)
  SELECT $1, s, n FROM unnest($2::boolean[], $3::text[]) AS u(s, n) ORDER BY s, n
  ON CONFLICT (project_id, system, name) DO NOTHING)sql";
constexpr const char* kFindMetricKeys = R"sql(
  SELECT k.id, k.system, k.name FROM unnest($2::boolean[], $3::text[]) AS u(s, n)
  JOIN metric_key k ON k.project_id = $1 AND k.system = u.s AND k.name = u.n)sql";

constexpr const char* kLoadSeriesStats = R"sql(
  SELECT s.key_id, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us, s.last_time_us,
         s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = $1 AND s.key_id = ANY($2::integer[]))sql";
constexpr const char* kStoreSeries = R"sql(
  INSERT INTO series (run_id, key_id, n, nonfinite, nan, first_step, last_step, first_time_us, last_time_us,
                      last_value, min_value, max_value, sum, steps_rise, times_rise)
  SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                           $8::bigint[], $9::bigint[], $10::float8[], $11::float8[], $12::float8[], $13::float8[],
                           $14::boolean[], $15::boolean[])
  ON CONFLICT (run_id, key_id) DO UPDATE SET
    n = excluded.n, nonfinite = excluded.nonfinite, nan = excluded.nan, first_step = excluded.first_step,
    last_step = excluded.last_step, first_time_us = excluded.first_time_us, last_time_us = excluded.last_time_us,
    last_value = excluded.last_value, min_value = excluded.min_value, max_value = excluded.max_value,
    sum = excluded.sum, steps_rise = excluded.steps_rise, times_rise = excluded.times_rise)sql";

std::string list_of(const std::vector<std::int32_t>& numbers) {
  std::string list(1, '{');
  for (const std::int32_t number : numbers) {
    if (list.size() > 1) list.push_back(',');
    list += std::to_string(number);
  }
  list.push_back('}');
  return list;
}

struct SeriesColumns {
  std::vector<std::int32_t> key;
  std::vector<std::int64_t> n, nonfinite, nan, first_step, last_step, first_time, last_time;
  std::vector<double> last, min, max, sum;
  std::vector<std::uint8_t> steps_rise, times_rise;

  void add(std::int32_t id, const core::SeriesStats& s) {
    key.push_back(id);
    n.push_back(static_cast<std::int64_t>(s.count));
    nonfinite.push_back(static_cast<std::int64_t>(s.nonfinite));
    nan.push_back(static_cast<std::int64_t>(s.nan));
    first_step.push_back(s.first_step.value_or(0));
    last_step.push_back(s.last_step.value_or(0));
    first_time.push_back(s.first_time_us.value_or(0));
    last_time.push_back(s.last_time_us.value_or(0));
    last.push_back(or_nan(s.last));
    min.push_back(or_nan(s.min));
    max.push_back(or_nan(s.max));
    sum.push_back(s.sum);
    steps_rise.push_back(s.steps_rise ? 1 : 0);
    times_rise.push_back(s.times_rise ? 1 : 0);
  }
};

}  // namespace

core::SeriesStats series_row(const PgResult& rows, std::size_t row, int column) {
  const bool system = rows.boolean(row, column);
  core::SeriesStats s;
  s.count = static_cast<std::uint64_t>(rows.bigint(row, column + 1));
  s.nonfinite = static_cast<std::uint64_t>(rows.bigint(row, column + 2));
  s.nan = static_cast<std::uint64_t>(rows.bigint(row, column + 3));
  if (!system) {
    s.first_step = rows.bigint(row, column + 4);
    s.last_step = rows.bigint(row, column + 5);
  }
  s.first_time_us = rows.bigint(row, column + 6);
  s.last_time_us = rows.bigint(row, column + 7);
  s.last = rows.float8(row, column + 8);
  const double min = rows.float8(row, column + 9);
  const double max = rows.float8(row, column + 10);
  if (!std::isnan(min)) s.min = min;
  if (!std::isnan(max)) s.max = max;
  s.sum = rows.float8(row, column + 11);
  s.steps_rise = rows.boolean(row, column + 12);
  s.times_rise = rows.boolean(row, column + 13);
  return s;
}

void KeyTables::load_groups() {
  const PgResult rows = connection_.run(kLoadGroups, PgParams().uuid(run_.uuid().bytes));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    Entry entry;
    entry.system = rows.boolean(i, 1);
    entry.group = {rows.integer(i, 0), rows.integers(i, 2), rows.bigint(i, 3)};
    entry.stored_rows = entry.group.rows;
    std::vector<std::int32_t> sorted = entry.group.key_ids;
    std::sort(sorted.begin(), sorted.end());
    groups_.emplace(std::pair{entry.system, std::move(sorted)}, std::move(entry));
  }
}

void KeyTables::resolve(const std::vector<KeyName>& names) {
  std::vector<std::uint8_t> systems;
  std::vector<std::string> texts;
  for (const KeyName& name : names) {
    systems.push_back(name.system ? 1 : 0);
    texts.push_back(name.name);
  }
  const auto find = [&] {
    const PgResult rows = connection_.run(
        kFindMetricKeys, PgParams().uuid(project_.uuid().bytes).booleans(systems).texts(texts));
    for (std::size_t i = 0; i < rows.rows(); ++i)
      ids_[{rows.boolean(i, 1), std::string(rows.bytes(i, 2))}] = rows.integer(i, 0);
  };
  find();
  if (ids_.size() >= names.size()) return;
  connection_.run(kMakeMetricKeys,
                  PgParams().uuid(project_.uuid().bytes).booleans(systems).texts(texts));
  find();
}

StoredGroup* KeyTables::group_of(const KeySet& keys) {
  // Columns are in the order of the names, numbers in any: the stored order is that of the first
  // row.
  std::vector<std::int32_t> ids;
  for (const std::string& name : keys.keys) ids.push_back(id_of({keys.system, name}));
  std::vector<std::int32_t> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  const auto found = groups_.find({keys.system, sorted});
  if (found != groups_.end()) {
    found->second.group.key_ids = ids;
    return &found->second.group;
  }
  const auto wide = std::count_if(groups_.begin(), groups_.end(), [](const auto& entry) {
    return entry.second.group.key_ids.size() > 1;
  });
  if (ids.size() > 1 && static_cast<std::size_t>(wide) >= kMaxWideGroups) return nullptr;
  Entry entry;
  entry.system = keys.system;
  entry.group = {static_cast<std::int32_t>(groups_.size()), ids, 0};
  entry.dirty = true;
  return &groups_.emplace(std::pair{keys.system, std::move(sorted)}, std::move(entry))
              .first->second.group;
}

std::vector<StoredGroup*> KeyTables::all_groups() {
  std::vector<StoredGroup*> out;
  for (auto& [ids, entry] : groups_) out.push_back(&entry.group);
  return out;
}

void KeyTables::store_groups() {
  std::vector<std::int32_t> numbers;
  std::vector<std::uint8_t> systems;
  std::vector<std::string> key_lists;
  std::vector<std::int64_t> rows;
  for (const auto& [ids, entry] : groups_) {
    if (!entry.dirty && entry.group.rows == entry.stored_rows) continue;
    numbers.push_back(entry.group.number);
    systems.push_back(entry.system ? 1 : 0);
    key_lists.push_back(list_of(entry.group.key_ids));
    rows.push_back(entry.group.rows);
  }
  if (numbers.empty()) return;
  connection_.run(kStoreGroups, PgParams()
                                    .uuid(run_.uuid().bytes)
                                    .integers(numbers)
                                    .booleans(systems)
                                    .texts(key_lists)
                                    .bigints(rows));
}

void add_series(PgConnection& connection, core::RunId run,
                const std::map<std::int32_t, core::Points>& changes) {
  std::vector<std::int32_t> ids;
  for (const auto& [id, points] : changes) ids.push_back(id);
  std::map<std::int32_t, core::SeriesStats> stats;
  const PgResult rows =
      connection.run(kLoadSeriesStats, PgParams().uuid(run.uuid().bytes).integers(ids));
  for (std::size_t i = 0; i < rows.rows(); ++i) stats[rows.integer(i, 0)] = series_row(rows, i, 1);
  SeriesColumns c;
  for (const auto& [id, points] : changes) {
    core::fold(stats[id], points.steps, points.times_us, points.values);
    c.add(id, stats[id]);
  }
  connection.run(kStoreSeries, PgParams()
                                   .uuid(run.uuid().bytes)
                                   .integers(c.key)
                                   .bigints(c.n)
                                   .bigints(c.nonfinite)
                                   .bigints(c.nan)
                                   .bigints(c.first_step)
                                   .bigints(c.last_step)
                                   .bigints(c.first_time)
                                   .bigints(c.last_time)
                                   .float8s(c.last)
                                   .float8s(c.min)
                                   .float8s(c.max)
                                   .float8s(c.sum)
                                   .booleans(c.steps_rise)
                                   .booleans(c.times_rise));
}

}  // namespace tracker::storage
