#include "storage/verify_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "storage/chunk_reader.hpp"
#include "storage/run_history.hpp"
#include "storage/series_rows.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kAtOnce = 4'096;
constexpr const char* kSeriesToCheck = R"sql(
  SELECT s.key_id, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us, s.last_time_us,
         s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = $1)sql";

void fold(core::SeriesStats& stats, const RowColumns& rows, bool system) {
  core::fold(stats, system ? std::span<const std::int64_t>() : rows.steps, rows.times_us,
             rows.values[0]);
}

// The rows of one key in one group, a chunk at a time.
struct Cursor {
  const VerifiedGroup* group = nullptr;
  std::int64_t pos = 0;
  RowColumns rows;
  std::size_t at = 0;
};

}  // namespace

SeriesCheck::SeriesCheck(PgConnection& connection, core::RunId run,
                         const std::map<std::int32_t, std::string>& names,
                         const std::vector<VerifiedGroup>& groups, Report& report)
    : connection_(connection), run_(run), names_(names), groups_(groups), report_(report) {
  for (const VerifiedGroup& group : groups_)
    if (group.rows > 0)
      for (const std::int32_t key : group.keys) groups_of_[key].push_back(&group);
}

void SeriesCheck::take(const VerifiedGroup& group, std::int32_t key, const RowColumns& column) {
  if (groups_of_[key].size() == 1) fold(made_[key], column, group.system);
}

core::SeriesStats SeriesCheck::fold_groups(std::int32_t key) {
  ChunkReader reader(connection_, run_);
  std::vector<Cursor> cursors;
  for (const VerifiedGroup* group : groups_of_[key]) cursors.push_back({group, 0, {}, 0});
  const auto fill = [&](Cursor& cursor) {
    if (cursor.at < cursor.rows.rows() || cursor.pos >= cursor.group->rows) return;
    cursor.rows = {};
    cursor.at = 0;
    const std::int64_t end = std::min(cursor.pos + kAtOnce, cursor.group->rows);
    reader.read({cursor.group->number, cursor.group->rows}, key, {cursor.pos, end}, cursor.rows);
    cursor.pos = end;
  };
  core::SeriesStats stats;
  for (;;) {
    Cursor* next = nullptr;
    for (Cursor& cursor : cursors) {
      fill(cursor);
      if (cursor.at == cursor.rows.rows()) continue;
      if (next == nullptr || cursor.rows.order[cursor.at] < next->rows.order[next->at])
        next = &cursor;
    }
    if (next == nullptr) return stats;
    RowColumns row;
    append_rows(row, next->rows, next->at++, 1);
    fold(stats, row, next->group->system);
  }
}

void SeriesCheck::finish() {
  // Their statistics are of a history that is not in their own groups alone.
  if (RunHistory(connection_, run_).branched()) return;
  std::set<std::int32_t> untrusted, stored;
  for (const VerifiedGroup& group : groups_)
    untrusted.insert(group.untrusted.begin(), group.untrusted.end());
  const PgResult rows = connection_.run(kSeriesToCheck, PgParams().uuid(run_.uuid().bytes));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::int32_t key = rows.integer(i, 0);
    stored.insert(key);
    if (untrusted.contains(key)) continue;
    const auto found = groups_of_.find(key);
    if (found == groups_of_.end()) {
      const auto name = names_.find(key);
      report_.add("series_surplus",
                  fmt::format("key {}", name == names_.end() ? std::to_string(key) : name->second),
                  "statistics of a key that no group has");
      continue;
    }
    compare(key, series_row(rows, i, 1), found->second.size() == 1 ? made_[key] : fold_groups(key));
  }
  for (const auto& [key, groups] : groups_of_)
    if (!stored.contains(key) && !untrusted.contains(key))
      report_.add("series_missing", "key " + names_.at(key),
                  "the key has points and no row of statistics: it is not listed");
}

void SeriesCheck::compare(std::int32_t key, const core::SeriesStats& stored,
                          const core::SeriesStats& made) {
  const auto differs = [&](const char* what, auto row, auto points) {
    if (row == points) return;
    report_.add("series_statistics", "key " + names_.at(key),
                fmt::format("{} is {} in the row and {} in the points", what, row, points));
  };
  const auto differs_value = [&](const char* what, double row, double points) {
    if (!same(row, points)) differs(what, fmt::format("{}", row), fmt::format("{} ", points));
  };
  differs("the count", stored.count, made.count);
  differs("the count of NaN", stored.nan, made.nan);
  differs("the count of values that are not finite", stored.nonfinite, made.nonfinite);
  differs("the smallest step", stored.first_step.value_or(0), made.first_step.value_or(0));
  differs("the largest step", stored.last_step.value_or(0), made.last_step.value_or(0));
  differs("the first time", stored.first_time_us.value_or(0), made.first_time_us.value_or(0));
  differs("the last time", stored.last_time_us.value_or(0), made.last_time_us.value_or(0));
  differs("whether steps rise", stored.steps_rise, made.steps_rise);
  differs("whether times rise", stored.times_rise, made.times_rise);
  differs_value("the last value", or_nan(stored.last), or_nan(made.last));
  differs_value("the smallest value", or_nan(stored.min), or_nan(made.min));
  differs_value("the largest value", or_nan(stored.max), or_nan(made.max));
  differs_value("the sum", stored.sum, made.sum);
}

}  // namespace tracker::storage
