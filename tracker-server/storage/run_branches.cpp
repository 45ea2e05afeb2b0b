#include "storage/run_branches.hpp"

#include <algorithm>

namespace tracker::storage {
namespace {

// Room for the row numbers of one run; runs have far fewer.
constexpr int kPlaceBits = 48;

// A chain of forks is followed so far.
constexpr const char* kReadBranches = R"sql(
  WITH RECURSIVE up AS (
    SELECT run_id AS origin, parent_id, step, parent_rewinds, counted, 1 AS depth FROM run_branch WHERE run_id = ANY($1)
    UNION ALL
    SELECT up.origin, b.parent_id, b.step, b.parent_rewinds, b.counted, up.depth + 1
    FROM up JOIN run_branch b ON b.run_id = up.parent_id WHERE up.depth < 1000)
  SELECT 1 AS what, origin, depth AS place, parent_id, step, parent_rewinds::bigint, counted FROM up
  UNION ALL
  SELECT 2, run_id, number, run_id, step, before_row, true FROM run_rewind
  WHERE run_id = ANY($1) OR run_id IN (SELECT parent_id FROM up)
  ORDER BY what, origin, place)sql";

// SHARE: two runs that are made forks of each other at once wait for each other, and one is
// refused.
constexpr const char* kParent = R"sql(
  SELECT p.rewinds FROM run p JOIN run r ON r.project_id = p.project_id
  WHERE p.id = $2 AND r.id = $1 AND p.deleted_us IS NULL FOR SHARE OF p)sql";
constexpr const char* kHasPast = R"sql(
  SELECT 1 WHERE EXISTS (SELECT 1 FROM run_branch WHERE run_id = $1 OR parent_id = $1)
              OR EXISTS (SELECT 1 FROM compaction WHERE run_id = $1 AND next_row > 0))sql";
constexpr const char* kFork =
    "INSERT INTO run_branch (run_id, parent_id, step, parent_rewinds) VALUES ($1, $2, $3, $4)";
constexpr const char* kCountRewinds = "UPDATE run SET rewinds = rewinds + $2 WHERE id = $1";
constexpr const char* kStoreRewinds = R"sql(
  INSERT INTO run_rewind (run_id, number, before_row, step)
  SELECT $1, coalesce((SELECT max(number) FROM run_rewind WHERE run_id = $1), 0) + ord, u.b, u.s
  FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS u(b, s, ord))sql";

}  // namespace

bool RunView::shows(std::int64_t row, std::int64_t step) const noexcept {
  if (step > upto || row >= end_row) return false;
  return std::none_of(rewinds.begin(), rewinds.end(), [&](const Rewind& rewind) {
    return row < rewind.before_row && step > rewind.step;
  });
}

bool RunView::shows_all() const noexcept {
  return rewinds.empty() && upto == RunView{}.upto && end_row == RunView{}.end_row;
}

Branches Branches::read(PgConnection& connection, std::span<const core::RunId> runs) {
  const PgResult rows = connection.run(kReadBranches, PgParams().uuids(runs));
  Branches out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const core::RunId run = run_id_of(rows.bytes(i, 1));
    if (rows.integer(i, 0) == 2) {
      out.rewinds_[run].push_back({rows.bigint(i, 5), rows.bigint(i, 4)});
      continue;
    }
    out.parents_[run].push_back({run_id_of(rows.bytes(i, 3)), rows.bigint(i, 4),
                                 static_cast<std::size_t>(rows.bigint(i, 5))});
    if (rows.integer(i, 2) == 1 && !rows.boolean(i, 6)) out.uncounted_.insert(run);
  }
  return out;
}

void Branches::add_tail(core::RunId run, const std::vector<Rewind>& rewinds) {
  if (rewinds.empty()) return;
  auto& all = rewinds_[run];
  all.insert(all.end(), rewinds.begin(), rewinds.end());
}

std::set<core::RunId> Branches::ancestors() const {
  std::set<core::RunId> out;
  for (const auto& [run, parents] : parents_)
    for (const Parent& parent : parents) out.insert(parent.run);
  return out;
}

std::vector<core::RunId> Branches::ancestors_of(core::RunId run) const {
  std::vector<core::RunId> out;
  if (const auto found = parents_.find(run); found != parents_.end())
    for (const Parent& parent : found->second) out.push_back(parent.run);
  return out;
}

bool Branches::branched(core::RunId run) const {
  return parents_.contains(run) || rewinds_.contains(run);
}

std::vector<RunView> Branches::views_of(core::RunId run) const {
  RunView own;
  own.run = run;
  if (const auto found = rewinds_.find(run); found != rewinds_.end()) own.rewinds = found->second;
  std::vector<RunView> out{own};
  std::int64_t upto = own.upto;
  const auto narrow = [&upto](const std::vector<Rewind>& rewinds) {
    for (const Rewind& rewind : rewinds) upto = std::min(upto, rewind.step);
  };
  narrow(own.rewinds);
  const auto parents = parents_.find(run);
  if (parents == parents_.end()) return out;
  for (const Parent& parent : parents->second) {
    upto = std::min(upto, parent.step);
    RunView view;
    view.run = parent.run;
    view.upto = upto;
    if (const auto found = rewinds_.find(parent.run); found != rewinds_.end()) {
      const std::vector<Rewind>& all = found->second;
      const std::size_t known = std::min(parent.rewinds, all.size());
      view.rewinds.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(known));
      // Rewound after the fork: what came behind that is another history.
      if (known < all.size()) view.end_row = all[known].before_row;
    }
    narrow(view.rewinds);
    out.insert(out.begin(), std::move(view));
  }
  return out;
}

std::int64_t row_behind(std::int64_t row, std::size_t place) noexcept {
  return row + (static_cast<std::int64_t>(place) << kPlaceBits);
}

void keep_shown(RowColumns& rows, const RunView& view, std::size_t place) {
  RowColumns kept;
  kept.values.resize(rows.values.size());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (!view.shows(rows.order[i], rows.steps[i])) continue;
    append_rows(kept, rows, i, 1);
    kept.order.back() = row_behind(kept.order.back(), place);
  }
  rows = std::move(kept);
}

std::optional<std::string> make_fork(PgConnection& connection, core::RunId run,
                                     const spool::Branch& branch) {
  const auto& id = run.uuid().bytes;
  const auto parent = core::RunId::parse(branch.run_id);
  if (!parent) return "'" + branch.run_id + "' is no run's id";
  if (*parent == run) return "a run cannot be forked from itself";
  const PgResult row = connection.run(kParent, PgParams().uuid(id).uuid(parent->uuid().bytes));
  if (row.rows() == 0) return "there is no run " + parent->text() + " in the project";
  if (connection.run(kHasPast, PgParams().uuid(id)).rows() > 0)
    return "the run has rows, a parent or forks of its own already";
  connection.run(kFork, PgParams()
                            .uuid(id)
                            .uuid(parent->uuid().bytes)
                            .bigint(branch.step)
                            .integer(row.integer(0, 0)));
  return std::nullopt;
}

void count_rewinds(PgConnection& connection, core::RunId run, std::size_t more) {
  connection.run(kCountRewinds,
                 PgParams().uuid(run.uuid().bytes).integer(static_cast<std::int32_t>(more)));
}

void store_rewinds(PgConnection& connection, core::RunId run, const std::vector<Rewind>& rewinds) {
  if (rewinds.empty()) return;
  std::vector<std::int64_t> rows, steps;
  for (const Rewind& rewind : rewinds) {
    rows.push_back(rewind.before_row);
    steps.push_back(rewind.step);
  }
  connection.run(kStoreRewinds, PgParams().uuid(run.uuid().bytes).bigints(rows).bigints(steps));
}

}  // namespace tracker::storage
