#include "storage/run_snapshot.hpp"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "storage/chunk_reader.hpp"
#include "storage/row_table.hpp"
#include "storage/run_branches.hpp"
#include "storage/run_tail.hpp"
#include "storage/series_rows.hpp"
#include "storage/series_tables.hpp"
#include "storage/shared_statements.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kRunVersion = R"sql(
  SELECT r.meta_version + coalesce((SELECT sum(acked_offset + epoch)::bigint FROM writer_stream WHERE run_id = r.id), 0),
         coalesce((SELECT next_row FROM compaction WHERE run_id = r.id), 0)
  FROM run r WHERE r.id = $1 AND r.deleted_us IS NULL)sql";
constexpr const char* kSeriesOfRun = R"sql(
  SELECT s.key_id, k.name, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us,
         s.last_time_us, s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = $1)sql";

constexpr const char* kReadNextRow = "SELECT next_row FROM compaction WHERE run_id = $1";

using NameAndKind = std::pair<std::string, core::KeyKind>;

void check_axis(const Key& key, const core::Range& range) {
  if (key.kind == core::KeyKind::kSystem && range.axis == core::Axis::kStep && !range.unbounded())
    throw Error(ErrorCode::kInvalidArgument,
                "key '" + key.name + "' is a system metric: it has times and no steps");
}

// System keys have times only.
core::Range on_own_axis(const Key& key, core::Range range) {
  if (key.kind == core::KeyKind::kSystem) range.axis = core::Axis::kTime;
  return range;
}

}  // namespace

class RunSnapshot::Impl {
  // The rows of one run that belong to the history: its own, or an ancestor's.
  struct Member {
    RunView view;
    ChunkReader chunks;
    RunTail tail;
  };

 public:
  Impl(Database& database, core::RunId run)
      : connection_(database.pg()), transaction_(*connection_, kBeginSnapshot), run_(run) {
    const PgResult row = connection_->run(kRunVersion, id());
    if (row.rows() == 0) throw Error(ErrorCode::kNotFound, "no run " + run.text());
    version_ = static_cast<std::uint64_t>(row.bigint(0, 0));
    load_members(row.bigint(0, 1));
  }

  std::uint64_t version() const noexcept { return version_; }

  const std::vector<Key>& keys() {
    if (!keys_) load_keys();
    return *keys_;
  }

  core::Points points(const Key& key, const core::Range& asked) {
    check_axis(key, asked);
    const core::Range range = on_own_axis(key, asked);
    RowColumns all;
    all.values.resize(1);
    const bool joined = key.kind == core::KeyKind::kHistory;
    for (std::size_t m = joined ? 0 : members_.size() - 1; m < members_.size(); ++m) {
      Member& member = *members_[m];
      RowColumns rows;
      rows.values.resize(1);
      if (const auto number = number_of(key))
        for (const ReadGroup& group : member.chunks.groups_of(*number))
          member.chunks.read(group, *number, to_read(member, key, group, range), rows);
      member.tail.add_points(key, rows);
      if (branched_ && joined) keep_shown(rows, member.view, m);
      append_rows(all, rows, 0, rows.rows());
    }
    return core::select(core::merge_later_wins(in_log_order(all, key.kind)), range);
  }

 private:
  PgParams id() const { return PgParams().uuid(run_.uuid().bytes); }
  Member& own() { return *members_.back(); }

  void load_members(std::int64_t next_row) {
    Branches branches = Branches::read(*connection_, {&run_, 1});
    std::map<core::RunId, RunTail> tails;
    const auto add_tail = [&](core::RunId run, std::int64_t from) {
      RunTail& tail = tails.emplace(run, RunTail(*connection_, run)).first->second;
      tail.begin_at(from);
      branches.add_tail(run, tail.rows().rewinds());
    };
    add_tail(run_, next_row);
    for (const core::RunId ancestor : branches.ancestors_of(run_)) {
      const PgResult row = connection_->run(kReadNextRow, PgParams().uuid(ancestor.uuid().bytes));
      add_tail(ancestor, row.rows() == 0 ? 0 : row.bigint(0, 0));
    }
    branched_ = branches.branched(run_);
    for (RunView& view : branches.views_of(run_)) {
      const core::RunId run = view.run;
      members_.push_back(std::make_unique<Member>(
          Member{std::move(view), ChunkReader(*connection_, run), std::move(tails.at(run))}));
    }
  }

  // A later row of equal step replaces one within a range of times even if it lies outside: then
  // all rows are needed.
  Positions to_read(Member& member, const Key& key, const ReadGroup& group,
                    const core::Range& range) {
    const bool all = range.axis == core::Axis::kTime && key.kind == core::KeyKind::kHistory &&
                     (branched_ || !key.stats.steps_rise);
    return all ? Positions{0, group.rows} : member.chunks.overlapping(group, range);
  }

  std::optional<std::int32_t> number_of(const Key& key) {
    keys();
    const auto found = numbers_.find({key.name, key.kind});
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }

  void load_keys() {
    std::map<NameAndKind, Key> by_name;
    load_own(by_name);
    load_inherited(by_name);
    for (const auto& [set, columns] : own().tail.rows().groups())
      for (const std::string& name : set.keys) {
        const auto kind = set.system ? core::KeyKind::kSystem : core::KeyKind::kHistory;
        by_name.try_emplace({name, kind}, Key{name, kind, {}});
        fresh_.insert({name, kind});
      }
    keys_.emplace();
    for (auto& [name, key] : by_name) {
      if (fresh_.contains(name)) {
        const core::Points points = own().tail.points(key);
        core::fold(key.stats, points.steps, points.times_us, points.values);
      }
      if (branched_ && name.second == core::KeyKind::kHistory) key.stats.steps_rise = false;
      keys_->push_back(std::move(key));
    }
    if (branched_) measure_steps();
  }

  // Where the keys of a fork or of a rewound run begin and end is told by their points: its
  // statistics may have been counted before its parent was compacted.
  void measure_steps() {
    for (Key& key : *keys_) {
      if (key.kind != core::KeyKind::kHistory) continue;
      const core::Points all = points(key, {});
      key.stats.count = all.size();
      key.stats.first_step.reset();
      key.stats.last_step.reset();
      if (all.size() == 0) continue;
      key.stats.first_step = all.steps.front();
      key.stats.last_step = all.steps.back();
    }
  }

  void load_own(std::map<NameAndKind, Key>& by_name) {
    const PgResult rows = connection_->run(kSeriesOfRun, id());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      Key key{std::string(rows.bytes(i, 1)),
              rows.boolean(i, 2) ? core::KeyKind::kSystem : core::KeyKind::kHistory,
              series_row(rows, i, 2)};
      numbers_[{key.name, key.kind}] = rows.integer(i, 0);
      by_name.try_emplace({key.name, key.kind}, std::move(key));
    }
  }

  // Keys that the run's own statistics lack: of its ancestors theirs stand for them, the nearest
  // one's first.
  void load_inherited(std::map<NameAndKind, Key>& by_name) {
    std::vector<RunView> views;
    for (auto member = members_.rbegin() + 1; member != members_.rend(); ++member)
      views.push_back((*member)->view);
    std::vector<std::map<NameAndKind, Key>> theirs(views.size());
    for (InheritedKey& inherited : read_inherited(*connection_, views, std::nullopt)) {
      const NameAndKind name{inherited.series.key.name, core::KeyKind::kHistory};
      numbers_[name] = inherited.series.id;
      theirs[inherited.view].emplace(name, std::move(inherited.series.key));
    }
    for (std::size_t i = 0; i < views.size(); ++i) {
      fold_shown(members_[views.size() - 1 - i]->tail.rows(), views[i], theirs[i]);
      for (auto& [name, key] : theirs[i]) by_name.try_emplace(name, std::move(key));
    }
  }

  Database::PgLease connection_;
  PgTransaction transaction_;
  core::RunId run_;
  std::vector<std::unique_ptr<Member>> members_;  // ancestors first, the run itself last
  bool branched_ = false;
  std::uint64_t version_ = 0;
  std::optional<std::vector<Key>> keys_;
  std::map<NameAndKind, std::int32_t> numbers_;  // of keys that are compacted at least in part
  std::set<NameAndKind> fresh_;                  // keys with points in the tail
};

RunSnapshot::RunSnapshot(Database& database, core::RunId run)
    : impl_(std::make_unique<Impl>(database, run)) {}
RunSnapshot::~RunSnapshot() = default;
RunSnapshot::RunSnapshot(RunSnapshot&&) noexcept = default;
RunSnapshot& RunSnapshot::operator=(RunSnapshot&&) noexcept = default;

std::uint64_t RunSnapshot::version() const noexcept { return impl_->version(); }
const std::vector<Key>& RunSnapshot::keys() { return impl_->keys(); }

const Key* RunSnapshot::find_key(std::string_view name) {
  const Key* found = nullptr;
  for (const Key& key : impl_->keys())
    if (key.name == name && (found == nullptr || key.kind == core::KeyKind::kHistory)) found = &key;
  return found;
}

core::Points RunSnapshot::points(const Key& key, const core::Range& range) {
  return impl_->points(key, range);
}

}  // namespace tracker::storage
