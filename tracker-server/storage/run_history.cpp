#include "storage/run_history.hpp"

#include <map>

#include "storage/chunk_reader.hpp"
#include "storage/key_tables.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kKeysOfHistory = R"sql(
  SELECT DISTINCT k.id, k.system FROM series_group g CROSS JOIN LATERAL unnest(g.key_ids) AS u(id)
  JOIN metric_key k ON k.id = u.id WHERE g.run_id = ANY($1) AND (NOT k.system OR g.run_id = $2) ORDER BY k.id)sql";
constexpr const char* kForgetSeries = "DELETE FROM series WHERE run_id = $1";
constexpr const char* kCounted =
    "UPDATE run_branch SET counted = true WHERE run_id = $1 AND NOT counted";

}  // namespace

RunHistory::RunHistory(PgConnection& connection, core::RunId run)
    : connection_(connection), run_(run), branches_(Branches::read(connection, {&run_, 1})) {}

void RunHistory::count_again() const {
  const std::vector<RunView> views = branches_.views_of(run_);
  std::vector<core::RunId> runs;
  for (const RunView& view : views) runs.push_back(view.run);
  const auto& id = run_.uuid().bytes;
  const PgResult keys = connection_.run(kKeysOfHistory, PgParams().uuids(runs).uuid(id));
  connection_.run(kForgetSeries, PgParams().uuid(id));
  for (std::size_t i = 0; i < keys.rows(); ++i) {
    const std::int32_t key = keys.integer(i, 0);
    const auto kind = keys.boolean(i, 1) ? core::KeyKind::kSystem : core::KeyKind::kHistory;
    RowColumns all;
    all.values.resize(1);
    for (std::size_t place = 0; place < views.size(); ++place) {
      if (kind == core::KeyKind::kSystem && views[place].run != run_) continue;
      ChunkReader reader(connection_, views[place].run);
      RowColumns rows;
      rows.values.resize(1);
      for (const ReadGroup& group : reader.groups_of(key))
        reader.read(group, key, {0, group.rows}, rows);
      if (kind == core::KeyKind::kHistory) keep_shown(rows, views[place], place);
      append_rows(all, rows, 0, rows.rows());
    }
    if (all.rows() == 0) continue;
    add_series(connection_, run_, {{key, in_log_order(all, kind)}});
  }
  connection_.run(kCounted, PgParams().uuid(id));
}

}  // namespace tracker::storage
