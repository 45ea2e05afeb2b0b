#include "storage/streams.hpp"

#include <algorithm>
#include <map>

#include "core/run_state.hpp"
#include "storage/projects.hpp"
#include "storage/run_changes.hpp"

namespace tracker::storage {
namespace {

constexpr int kStreamAttempts = 5;

// The run's own name comes with its first record; until then the beginning of its id serves. A run
// that is known takes no number from the sequence of run.no.
constexpr const char* kMakeRun = R"sql(
  INSERT INTO run (id, project_id, name, state, created_us)
  SELECT $1, id, left($1::text, 8), 1, $3 FROM project
  WHERE name = $2 AND NOT EXISTS (SELECT 1 FROM run WHERE id = $1)
  ON CONFLICT (id) DO NOTHING)sql";

constexpr const char* kMakeWriter = R"sql(
  INSERT INTO writer_stream (run_id, writer_id, epoch, last_seen_us) VALUES ($1, $2, 1, $3)
  ON CONFLICT (run_id, writer_id) DO UPDATE
    SET epoch = writer_stream.epoch + 1, last_seen_us = greatest(writer_stream.last_seen_us, $3)
  RETURNING id, acked_offset, epoch, end_state IS NOT NULL, forked)sql";

constexpr const char* kMakeCompaction =
    "INSERT INTO compaction (run_id) VALUES ($1) ON CONFLICT DO NOTHING";

constexpr const char* kLockStreamRun = R"sql(
  SELECT run.state::integer, run.session, project.name, run.deleted_us IS NOT NULL, project.deleted_us IS NOT NULL,
         project.id
  FROM run JOIN project ON project.id = run.project_id
  WHERE run.id = $1 FOR NO KEY UPDATE OF run)sql";

constexpr const char* kIsBuried = "SELECT 1 FROM run_tombstone WHERE run_id = $1";
constexpr const char* kReviveProject =
    "UPDATE project SET deleted_us = NULL WHERE name = $1 AND deleted_us IS NOT NULL";

constexpr const char* kRevive = R"sql(
  UPDATE run SET state = 1, session = session + 1, ended_us = NULL, end_reason = '', meta_version = meta_version + 1
  WHERE id = $1)sql";

constexpr const char* kHasOwnWriter =
    "SELECT 1 FROM writer_stream WHERE run_id = $1 AND NOT forked LIMIT 1";

constexpr const char* kJoinSession =
    "UPDATE writer_stream SET session = (SELECT session FROM run WHERE id = $2) WHERE id = $1";

Error deleted(core::RunId run) {
  return {ErrorCode::kNotFound, "run " + run.text() + " was deleted"};
}

RegisteredWriter try_register(PgConnection& connection, const Registration& r) {
  PgTransaction transaction(connection);
  const auto& run = r.run.uuid().bytes;
  check_resume(connection, r.run, r.writer, r.resume);
  make_project(connection, {r.project, r.now_us, r.makes_project, r.creator});
  const bool made =
      connection.run(kMakeRun, PgParams().uuid(run).text(r.project).bigint(r.now_us)).affected() >
      0;
  const PgResult writer = connection.run(
      kMakeWriter, PgParams().uuid(run).uuid(r.writer.uuid().bytes).bigint(r.now_us));
  RegisteredWriter out{writer.bigint(0, 0),
                       static_cast<std::uint64_t>(writer.bigint(0, 1)),
                       static_cast<std::uint64_t>(writer.bigint(0, 2)),
                       made,
                       {}};
  // Another may have made or removed the run since the look.
  if (out.epoch == 1) check_existed(r.run, r.resume, !made);
  if (r.resume != core::Resume::kNone) out.resumed = core::Resumed{!made, 0};
  // A statement of its own, behind the insert: its snapshot sees every run that was removed before.
  if (made && connection.run(kIsBuried, PgParams().uuid(run)).rows() > 0) throw deleted(r.run);
  const bool ended = writer.boolean(0, 3);
  const bool decides =
      !writer.boolean(0, 4) || connection.run(kHasOwnWriter, PgParams().uuid(run)).rows() == 0;
  const PgResult row = connection.run(kLockStreamRun, PgParams().uuid(run));
  // Its name is not told: it may be a project that the caller may not know of.
  if (row.bytes(0, 2) != r.project)
    throw Error(ErrorCode::kFailedPrecondition,
                "run " + r.run.text() + " belongs to another project than '" + r.project + "'");
  out.project = core::ProjectId(run_id_of(row.bytes(0, 5)).uuid());
  if (row.boolean(0, 3)) throw deleted(r.run);
  if (row.boolean(0, 4)) connection.run(kReviveProject, PgParams().text(r.project));
  if (!ended) {
    if (decides && row.integer(0, 0) != static_cast<int>(core::RunState::kRunning)) {
      connection.run(kRevive, PgParams().uuid(run));
      out.run_changed = true;
    }
    connection.run(kJoinSession, PgParams().bigint(out.stream_id).uuid(run));
  }
  if (made) connection.run(kMakeCompaction, PgParams().uuid(run));
  transaction.commit();
  return out;
}

RegisteredWriter with_attempts(Database& database, const Registration& registration) {
  const Database::PgLease connection = database.pg();
  for (int attempt = 1;; ++attempt) {
    try {
      return try_register(*connection, registration);
    } catch (const PgError& error) {
      if (!error.retryable() || attempt == kStreamAttempts) throw;
    }
  }
}

// One row a chain goes in; those that advanced come back, and only their frames are inserted. `d`
// keeps the order of the frames, so that their ids rise with their offsets. IS TRUE keeps the
// planner from making a join of it: it does not know how long the arrays are, takes a nested loop,
// and a group of many streams then costs frames × streams.
constexpr const char* kCommit = R"sql(
  WITH adv AS (
    UPDATE writer_stream w SET acked_offset = b.upto, last_seen_us = greatest(w.last_seen_us, $5)
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $10::uuid[])
         AS b(stream_id, epoch, start, upto, writer_id)
    WHERE w.id = b.stream_id AND w.writer_id = b.writer_id AND w.epoch = b.epoch AND w.acked_offset = b.start
    RETURNING w.id),
  ins AS (
    INSERT INTO frame (slot, stream_id, from_offset, to_offset, payload)
    SELECT r.active, d.stream_id, d.from_offset, d.to_offset, d.payload
    FROM unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[])
         WITH ORDINALITY AS d(stream_id, from_offset, to_offset, payload, ord)
    CROSS JOIN frame_ring r
    WHERE (d.stream_id IN (SELECT id FROM adv)) IS TRUE
    ORDER BY d.ord)
  SELECT id FROM adv)sql";

constexpr const char* kStanding = R"sql(
  SELECT w.acked_offset, w.epoch FROM writer_stream w JOIN run ON run.id = w.run_id
  WHERE w.id = $1 AND w.writer_id = $2 AND run.deleted_us IS NULL)sql";

PgParams commit_params(std::span<const Chain> chains, std::int64_t now_us) {
  std::vector<std::int64_t> streams, epochs, starts, ends, part_streams, part_froms, part_tos;
  std::vector<std::string_view> payloads;
  std::vector<core::Uuid> writers;
  for (const Chain& chain : chains) {
    writers.push_back(chain.writer.uuid());
    streams.push_back(chain.stream_id);
    epochs.push_back(static_cast<std::int64_t>(chain.epoch));
    starts.push_back(static_cast<std::int64_t>(chain.parts.front().from));
    ends.push_back(static_cast<std::int64_t>(chain.parts.back().to));
    for (const FramePart& part : chain.parts) {
      part_streams.push_back(chain.stream_id);
      part_froms.push_back(static_cast<std::int64_t>(part.from));
      part_tos.push_back(static_cast<std::int64_t>(part.to));
      payloads.push_back(part.payload);
    }
  }
  PgParams params;
  params.bigints(streams).bigints(epochs).bigints(starts).bigints(ends).bigint(now_us);
  params.bigints(part_streams).bigints(part_froms).bigints(part_tos).byteas(payloads);
  params.uuids(writers);
  return params;
}

bool has_records(const Chain& chain) {
  return std::any_of(chain.parts.begin(), chain.parts.end(), [](const FramePart& part) {
    return part.frame && !part.frame->records.empty();
  });
}

// In order of run, the same in every server, so that two groups never wait for each other's runs.
void apply_records(PgConnection& connection, std::span<const Chain> chains,
                   std::vector<ChainResult>& results, std::int64_t now_us) {
  std::map<core::RunId, std::vector<std::size_t>> by_run;
  for (std::size_t i = 0; i < chains.size(); ++i)
    if (results[i].state == CommitState::kCommitted && has_records(chains[i]))
      by_run[chains[i].run].push_back(i);
  for (const auto& [run, members] : by_run) {
    RunChanges changes(run);
    for (const std::size_t i : members)
      for (const FramePart& part : chains[i].parts)
        for (const spool::Record& record : part.frame->records)
          changes.add(chains[i].stream_id, record);
    const bool changed = changes.apply(connection, now_us);
    for (const std::size_t i : members) results[i].run_changed = changed;
  }
}

void explain(PgConnection& connection, const Chain& chain, ChainResult& result) {
  const Standing standing = standing_of(connection, chain);
  result.acked = standing.acked;
  if (standing.epoch < chain.epoch)
    result.state = CommitState::kUnknown;
  else
    result.state = standing.epoch == chain.epoch ? CommitState::kRewind : CommitState::kSuperseded;
}

}  // namespace

RegisteredWriter register_writer(Database& database, const Registration& registration) {
  RegisteredWriter writer = with_attempts(database, registration);
  if (writer.resumed && writer.resumed->existed)
    writer.resumed->next_step = next_step_of(database, registration.run);
  return writer;
}

std::vector<ChainResult> commit_chains(PgConnection& connection, std::span<const Chain> chains,
                                       std::int64_t now_us) {
  std::vector<ChainResult> results(chains.size());
  const bool records = std::any_of(chains.begin(), chains.end(), has_records);
  // Without records the statement is its own transaction: one round trip.
  std::unique_ptr<PgTransaction> transaction;
  if (records) transaction = std::make_unique<PgTransaction>(connection);

  const PgResult advanced = connection.run(kCommit, commit_params(chains, now_us));
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < advanced.rows(); ++row) ids.push_back(advanced.bigint(row, 0));
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (std::binary_search(ids.begin(), ids.end(), chains[i].stream_id))
      results[i].acked = chains[i].parts.back().to;
    else
      explain(connection, chains[i], results[i]);
  }
  if (transaction) {
    apply_records(connection, chains, results, now_us);
    transaction->commit();
  }
  return results;
}

Standing standing_of(PgConnection& connection, const Chain& chain) {
  const PgResult row =
      connection.run(kStanding, PgParams().bigint(chain.stream_id).uuid(chain.writer.uuid().bytes));
  if (row.rows() == 0) return {};
  return {static_cast<std::uint64_t>(row.bigint(0, 0)),
          static_cast<std::uint64_t>(row.bigint(0, 1))};
}

}  // namespace tracker::storage
