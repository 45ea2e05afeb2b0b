#include "storage/snapshot_contents.hpp"

#include <algorithm>
#include <set>

namespace tracker::storage {
namespace {

constexpr std::int64_t kTailBatchBytes = 64 << 20;  // of tails, fetched at once

}  // namespace

SnapshotContents::SnapshotContents(PgConnection& connection, std::span<const core::RunId> runs,
                                   std::optional<std::vector<std::string>> names,
                                   const TailLimits& limits)
    : connection_(connection), limits_(limits), names_(std::move(names)) {
  if (names_) {
    std::sort(names_->begin(), names_->end());
    names_->erase(std::unique(names_->begin(), names_->end()), names_->end());
  }
  for (RunHead& head : read_heads(connection_, runs)) {
    ids_.push_back(head.id);
    runs_[head.id].head = head;
  }
  if (ids_.empty()) return;
  load_branches();
  load_tails();
  load_keys();
}

const RunHead* SnapshotContents::find_run(core::RunId run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() || !found->second.asked ? nullptr : &found->second.head;
}

const std::vector<Key>& SnapshotContents::keys(core::RunId run) const {
  static const std::vector<Key> kNone;
  const auto found = runs_.find(run);
  return found == runs_.end() ? kNone : found->second.keys;
}

bool SnapshotContents::same_rows(core::RunId run, const Key& key, const Key& x_key) {
  if (!key.stats.steps_rise || !x_key.stats.steps_rise || x_key.stats.nonfinite != 0) return false;
  if (key.kind != core::KeyKind::kHistory || x_key.kind != core::KeyKind::kHistory) return false;
  if (!runs_.at(run).views.empty()) return false;
  load_groups();
  const auto& entry = runs_.at(run);
  const auto x_id = entry.ids.find({x_key.name, x_key.kind});
  const auto groups = groups_of(run, key);
  if (groups.size() > 1) return false;
  for (const KeyGroup* group : groups)
    if (x_id == entry.ids.end() ||
        std::find(group->keys.begin(), group->keys.end(), x_id->second) == group->keys.end())
      return false;
  if (!entry.tail) return true;
  for (const auto& [set, rows] : entry.tail->groups()) {
    const auto has = [&](const std::string& name) {
      return std::binary_search(set.keys.begin(), set.keys.end(), name);
    };
    if (!set.system && has(key.name) && !has(x_key.name)) return false;
  }
  return true;
}

void SnapshotContents::load_branches() {
  branches_ = Branches::read(connection_, ids_);
  std::vector<core::RunId> more;
  for (const core::RunId run : branches_.ancestors())
    if (!runs_.contains(run)) more.push_back(run);
  for (RunHead& head : read_heads(connection_, more, Deleted::kToo)) {
    ids_.push_back(head.id);
    runs_[head.id].head = head;
    runs_[head.id].asked = false;
  }
}

// Sizes before payloads: libpq holds a whole result in memory.
void SnapshotContents::load_tails() {
  std::vector<core::RunId> live;
  for (const auto& [id, entry] : runs_)
    if (entry.head.has_tail) live.push_back(id);
  if (live.empty()) return;
  std::vector<core::RunId> batch;
  std::int64_t bytes = 0;
  for (const auto& [run, size] : read_tail_sizes(connection_, live)) {
    RunTail::check_bytes(run, size, limits_);
    if (!batch.empty() && bytes + size > kTailBatchBytes) {
      load_tails(batch);
      batch.clear();
      bytes = 0;
    }
    batch.push_back(run);
    bytes += size;
  }
  load_tails(batch);
}

void SnapshotContents::load_tails(std::span<const core::RunId> runs) {
  if (runs.empty()) return;
  const TailFrames frames = read_tail_frames(connection_, runs);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Entry& entry = runs_.at(frames.run(i));
    if (!entry.tail) entry.tail.emplace(entry.head.next_row, names_);
    const std::size_t before = entry.tail->values();
    entry.tail->add(spool::decode_frame(frames.payload(i)));
    tail_values_ += entry.tail->values() - before;
    RunTail::check_values(entry.head.id, tail_values_, limits_);
  }
}

void SnapshotContents::load_keys() {
  std::map<core::RunId, std::map<KeyName, Key>> by_name;
  const auto names = names_ ? std::optional(std::span<const std::string>(*names_)) : std::nullopt;
  for (StoredSeries& series : read_series(connection_, ids_, names)) {
    const KeyName name{series.key.name, series.key.kind};
    runs_.at(series.run).ids[name] = series.id;
    by_name[series.run][name] = std::move(series.key);
  }
  for (const auto& [id, entry] : runs_)
    if (entry.tail) branches_.add_tail(id, entry.tail->rewinds());
  for (auto& [id, entry] : runs_)
    if (branches_.branched(id)) entry.views = branches_.views_of(id);
  inherit_keys(by_name);
  for (auto& [id, entry] : runs_) {
    auto& keys = by_name[id];
    if (entry.tail) fold_tail(*entry.tail, keys);
    for (auto& [name, key] : keys) {
      if (!entry.views.empty() && key.kind == core::KeyKind::kHistory) key.stats.steps_rise = false;
      entry.keys.push_back(std::move(key));
    }
  }
}

// Keys that a run's own statistics lack: of its ancestors theirs stand for them, the nearest one's
// first.
void SnapshotContents::inherit_keys(std::map<core::RunId, std::map<KeyName, Key>>& by_run) {
  std::vector<RunView> views;
  std::vector<core::RunId> heirs;
  for (const auto& [id, entry] : runs_)
    for (std::size_t i = entry.views.size(); i-- > 1;) {
      views.push_back(entry.views[i - 1]);
      heirs.push_back(id);
    }
  std::vector<std::map<KeyName, Key>> theirs(views.size());
  const auto names = names_ ? std::optional(std::span<const std::string>(*names_)) : std::nullopt;
  for (auto& [view, series] : read_inherited(connection_, views, names)) {
    const KeyName name{series.key.name, series.key.kind};
    runs_.at(series.run).ids[name] = series.id;
    theirs[view].emplace(name, std::move(series.key));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (const auto& tail = runs_.at(views[i].run).tail) fold_shown(*tail, views[i], theirs[i]);
    for (auto& [name, key] : theirs[i]) by_run[heirs[i]].try_emplace(name, std::move(key));
  }
}

void SnapshotContents::fold_tail(const RowTable& tail, std::map<KeyName, Key>& keys) {
  std::map<KeyName, RowColumns> fresh;
  for (const auto& [set, rows] : tail.groups()) {
    const auto kind = set.system ? core::KeyKind::kSystem : core::KeyKind::kHistory;
    for (std::size_t k = 0; k < set.keys.size(); ++k) {
      RowColumns& all = fresh[{set.keys[k], kind}];
      append_column(all, rows, k);
    }
  }
  for (const auto& [name, rows] : fresh) {
    Key& key = keys.try_emplace(name, Key{name.first, name.second, {}}).first->second;
    const core::Points points = in_log_order(rows, name.second);
    core::fold(key.stats, points.steps, points.times_us, points.values);
  }
}

void SnapshotContents::load_groups() {
  if (groups_loaded_) return;
  groups_loaded_ = true;
  std::set<std::int32_t> ids;
  for (const auto& [id, entry] : runs_)
    for (const auto& [name, number] : entry.ids) ids.insert(number);
  const std::vector<std::int32_t> list(ids.begin(), ids.end());
  if (list.empty()) return;
  for (KeyGroup& group : read_groups(connection_, ids_, list))
    groups_[group.run].push_back(std::move(group));
}

std::vector<const KeyGroup*> SnapshotContents::groups_of(core::RunId run, const Key& key) const {
  std::vector<const KeyGroup*> out;
  const auto& ids = runs_.at(run).ids;
  const auto id = ids.find({key.name, key.kind});
  const auto groups = groups_.find(run);
  if (id == ids.end() || groups == groups_.end()) return out;
  for (const KeyGroup& group : groups->second)
    if (std::find(group.keys.begin(), group.keys.end(), id->second) != group.keys.end())
      out.push_back(&group);
  return out;
}

}  // namespace tracker::storage
