#include "storage/compaction.hpp"

#include <algorithm>
#include <map>

#include "core/pyramid.hpp"
#include "core/run_state.hpp"
#include "frame/frame.hpp"
#include "storage/chunk_tables.hpp"
#include "storage/key_tables.hpp"
#include "storage/row_table.hpp"
#include "storage/run_attributes.hpp"
#include "storage/run_branches.hpp"
#include "storage/run_history.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kTakeRun = R"sql(
  SELECT c.next_row, r.project_id, r.state::integer FROM compaction c JOIN run r ON r.id = c.run_id
  WHERE c.run_id = $1 FOR UPDATE OF c SKIP LOCKED)sql";

// Live frames in commit order, as many as fit; always at least one. OFFSET 0 keeps the planner to
// the index: frame is never analysed, and a join as such would read all slots.
constexpr const char* kUnsealedFrames = R"sql(
  SELECT stream_id, to_offset, payload FROM (
    SELECT id, stream_id, to_offset, payload, sum(octet_length(payload)) OVER (ORDER BY id) AS upto,
           row_number() OVER (ORDER BY id) AS number
    FROM (SELECT f.id, f.stream_id, f.to_offset, f.payload
          FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
          WHERE w.run_id = $1 ORDER BY f.id LIMIT $2) oldest) counted
  WHERE upto <= $3 OR number = 1 ORDER BY id)sql";

constexpr const char* kSeal = R"sql(
  UPDATE writer_stream w SET sealed_offset = u.upto FROM unnest($1::bigint[], $2::bigint[]) AS u(stream_id, upto)
  WHERE w.id = u.stream_id)sql";
constexpr const char* kSetNextRow = "UPDATE compaction SET next_row = $2 WHERE run_id = $1";
constexpr const char* kWaiting =
    "SELECT DISTINCT run_id FROM writer_stream WHERE acked_offset > sealed_offset ORDER BY run_id";
constexpr const char* kLeft =
    "SELECT 1 FROM writer_stream WHERE run_id = $1 AND acked_offset > sealed_offset LIMIT 1";

// One pass over one run.
class Pass {
 public:
  Pass(PgConnection& connection, core::RunId run, core::ProjectId project, std::int64_t next_row)
      : connection_(connection),
        run_(run),
        table_(next_row),
        keys_(connection, run, project),
        chunks_(connection, run) {}

  Compacted read(const CompactLimits& limits) {
    const PgResult rows = connection_.run(
        kUnsealedFrames,
        PgParams().uuid(run_.uuid().bytes).integer(limits.frames).bigint(limits.payload_bytes));
    Compacted done;
    done.frames = rows.rows();
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      table_.add(spool::decode_frame(rows.bytes(i, 2)));
      sealed_[rows.bigint(i, 0)] = rows.bigint(i, 1);
    }
    for (const auto& [set, columns] : table_.groups())
      done.points += columns.rows() * set.keys.size();
    return done;
  }

  void write(bool run_ended) {
    keys_.load_groups();
    resolve_keys();
    split_surplus_groups();
    append_all();
    chunks_.flush();
    if (run_ended) merge_last_blocks();
    chunks_.flush();
    keys_.store_groups();
    store_rewinds(connection_, run_, table_.rewinds());
    const RunHistory history(connection_, run_);
    if (history.branched() && (run_ended || !history.counted() || !table_.rewinds().empty()))
      history.count_again();
    else
      store_series();
    seal();
  }

 private:
  void resolve_keys() {
    std::vector<KeyName> names;
    for (const auto& [set, columns] : table_.groups())
      for (const std::string& key : set.keys) names.push_back({set.system, key});
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (!names.empty()) keys_.resolve(names);
  }

  void split_surplus_groups() {
    std::vector<KeySet> sets;
    for (const auto& [set, columns] : table_.groups()) sets.push_back(set);
    for (const KeySet& set : sets)
      if (keys_.group_of(set) == nullptr) table_.split(set);
  }

  void append_all() {
    std::vector<StoredGroup*> groups;
    for (const auto& [set, columns] : table_.groups()) groups.push_back(keys_.group_of(set));
    auto stored = chunks_.extents(groups);
    std::size_t at = 0;
    for (const auto& [set, columns] : table_.groups()) {
      StoredGroup& group = *groups[at++];
      append_rows(group, columns, std::move(stored[group.number]));
    }
  }

  // Trailing chunks of the block that are no larger than what comes behind them are written again
  // with it, all of them when the block is full.
  void append_rows(StoredGroup& group, const RowColumns& rows,
                   std::vector<ChunkTables::Extent> stored) {
    constexpr auto kBlock = static_cast<std::int64_t>(core::kChunkRows);
    std::size_t at = 0;
    while (at < rows.rows()) {
      const std::int64_t room = kBlock - group.rows % kBlock;
      const auto count = std::min(static_cast<std::size_t>(room), rows.rows() - at);
      const bool full = static_cast<std::int64_t>(count) == room;
      std::int64_t pos = group.rows;
      auto size = static_cast<std::int64_t>(count);
      while (!stored.empty() && (full || stored.back().n <= size)) {
        pos = stored.back().pos;
        size += stored.back().n;
        stored.pop_back();
      }
      RowColumns chunk;
      if (pos < group.rows) chunk = chunks_.take(group, pos);
      storage::append_rows(chunk, rows, at, count);
      chunks_.put(group, pos, chunk);
      group.rows += static_cast<std::int64_t>(count);
      at += count;
    }
  }

  // Of a run that has ended: one chunk holds what lies behind the full ones.
  void merge_last_blocks() {
    const std::vector<StoredGroup*> groups = keys_.all_groups();
    const auto stored = chunks_.extents(groups);
    for (const StoredGroup* group : groups) {
      const auto found = stored.find(group->number);
      if (found == stored.end() || found->second.size() < 2) continue;
      const std::int64_t block = found->second.front().pos;
      chunks_.put(*group, block, chunks_.take(*group, block));
    }
  }

  void store_series() {
    struct Part {
      const RowColumns* columns;
      std::size_t column;
      bool system;
    };
    std::map<std::int32_t, std::vector<Part>> parts;
    for (const auto& [set, columns] : table_.groups())
      for (std::size_t k = 0; k < set.keys.size(); ++k)
        parts[keys_.id_of({set.system, set.keys[k]})].push_back({&columns, k, set.system});
    std::map<std::int32_t, core::Points> changes;
    for (const auto& [key, list] : parts) {
      RowColumns joined;
      for (const Part& part : list) append_column(joined, *part.columns, part.column);
      changes[key] = in_log_order(
          joined, list.front().system ? core::KeyKind::kSystem : core::KeyKind::kHistory);
    }
    if (!changes.empty()) keys_.store_series(changes);
  }

  void seal() {
    std::vector<std::int64_t> streams, offsets;
    for (const auto& [stream, offset] : sealed_) {
      streams.push_back(stream);
      offsets.push_back(offset);
    }
    connection_.run(kSetNextRow, PgParams().uuid(run_.uuid().bytes).bigint(table_.next_row()));
    if (!streams.empty()) connection_.run(kSeal, PgParams().bigints(streams).bigints(offsets));
  }

  PgConnection& connection_;
  core::RunId run_;
  RowTable table_;
  KeyTables keys_;
  ChunkTables chunks_;
  std::map<std::int64_t, std::int64_t> sealed_;  // stream → end of what was read
};

}  // namespace

Compacted compact_run(PgConnection& connection, core::RunId run, const CompactLimits& limits) {
  PgTransaction transaction(connection, kBeginRelaxed);
  const PgResult lock = connection.run(kTakeRun, PgParams().uuid(run.uuid().bytes));
  if (lock.rows() == 0) return {.busy = true};
  Pass pass(connection, run, core::ProjectId(run_id_of(lock.bytes(0, 1)).uuid()),
            lock.bigint(0, 0));
  Compacted done = pass.read(limits);
  const bool ended = lock.integer(0, 2) != static_cast<int>(core::RunState::kRunning);
  pass.write(ended);
  if (done.points > 0)
    mark_attributes(connection, run, ended ? Urgency::kAtOnce : Urgency::kWhenDue);
  done.more = connection.run(kLeft, PgParams().uuid(run.uuid().bytes)).rows() > 0;
  transaction.commit();
  return done;
}

std::vector<core::RunId> runs_to_compact(PgConnection& connection) {
  const PgResult rows = connection.run(kWaiting);
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(run_id_of(rows.bytes(i, 0)));
  return out;
}

}  // namespace tracker::storage
