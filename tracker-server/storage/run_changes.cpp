#include "storage/run_changes.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "core/documents.hpp"
#include "storage/alerts.hpp"
#include "storage/log_chunks.hpp"
#include "storage/media.hpp"
#include "storage/run_attributes.hpp"
#include "storage/run_branches.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kLoadDocuments = R"sql(
  SELECT named, config::text, summary::text, environment::text FROM run WHERE id = $1 FOR NO KEY UPDATE)sql";

constexpr const char* kStoreDocuments = R"sql(
  UPDATE run SET config = $2::text::jsonb, summary = $3::text::jsonb, environment = $4::text::jsonb,
                 meta_version = meta_version + 1
  WHERE id = $1)sql";

// The first start of a run names it; those of further writers change nothing that is set.
constexpr const char* kName = R"sql(
  UPDATE run SET named = true, name = CASE WHEN $2 = '' THEN name ELSE $2 END, group_name = $3, job_type = $4,
                 notes = $5, tags = $6, created_us = CASE WHEN $7 > 0 THEN $7 ELSE created_us END
  WHERE id = $1)sql";

constexpr const char* kTags = "UPDATE run SET tags = $2 WHERE id = $1";
constexpr const char* kNotes = "UPDATE run SET notes = $2 WHERE id = $1";

constexpr const char* kDefine = R"sql(
  INSERT INTO metric_definition (run_id, pattern, definition) VALUES ($1, $2, $3::text::jsonb)
  ON CONFLICT (run_id, pattern) DO UPDATE SET definition = excluded.definition)sql";

constexpr const char* kEnd =
    "UPDATE writer_stream SET end_state = $2, ended_us = $3, end_reason = $4 WHERE id = $1";

constexpr const char* kForked =
    "UPDATE writer_stream SET forked = true WHERE id = ANY($1::bigint[]) AND NOT forked";

// Of the last session that writers of their own took part in: a forked writer whose first Hello
// came after the run's end has begun another one, which is nobody's.
constexpr const char* kWritersOfSession = R"sql(
  SELECT w.last_seen_us, w.end_state::integer, w.ended_us, w.end_reason, w.forked
  FROM writer_stream w JOIN run ON run.id = w.run_id
  WHERE w.run_id = $1 AND w.session = coalesce(
    (SELECT max(own.session) FROM writer_stream own WHERE own.run_id = $1 AND NOT own.forked), run.session))sql";

constexpr const char* kSettleRun = R"sql(
  UPDATE run SET state = $2, ended_us = $3, end_reason = $4, meta_version = meta_version + 1
  WHERE id = $1 AND (state, ended_us, end_reason) IS DISTINCT FROM ($2::smallint, $3, $4))sql";

core::RunState state_of(spool::EndState state) noexcept {
  switch (state) {
    case spool::EndState::kFinished:
      return core::RunState::kFinished;
    case spool::EndState::kFailed:
      return core::RunState::kFailed;
    case spool::EndState::kStopped:
      return core::RunState::kStopped;
    case spool::EndState::kCrashed:
      break;
  }
  return core::RunState::kCrashed;
}

std::string reason_of(const spool::Finish& finish) {
  if (!finish.reason.empty()) return finish.reason;
  if (finish.signal) return "signal " + std::to_string(*finish.signal);
  if (finish.exit_code && *finish.exit_code != 0)
    return "exit code " + std::to_string(*finish.exit_code);
  return {};
}

// A document that cannot be merged is left out; what is there stays.
std::string merged(std::string base, const std::vector<std::string>& patches) {
  for (const std::string& patch : patches) {
    try {
      base = core::merge_objects(base, patch);
    } catch (const Error&) {
      continue;
    }
  }
  return base;
}

}  // namespace

void RunChanges::add(std::int64_t stream_id, const spool::Record& record) {
  std::visit(
      [&](const auto& r) {
        using R = std::decay_t<decltype(r)>;
        if constexpr (std::is_same_v<R, spool::RunStart>) {
          if (!start_) start_ = r;
          if (!r.parent_writer_id.empty()) forked_.push_back(stream_id);
        } else if constexpr (std::is_same_v<R, spool::Config>) {
          configs_.push_back(r.json);
        } else if constexpr (std::is_same_v<R, spool::Summary>) {
          summaries_.push_back(r.json);
        } else if constexpr (std::is_same_v<R, spool::Tags>) {
          tags_ = r.tags;
        } else if constexpr (std::is_same_v<R, spool::Notes>) {
          notes_ = r.text;
        } else if constexpr (std::is_same_v<R, spool::MetricDefinition>) {
          definitions_.push_back({r.key, r.json});
        } else if constexpr (std::is_same_v<R, spool::Finish>) {
          ends_[stream_id] = {state_of(r.state), r.time_us, reason_of(r)};
        } else if constexpr (std::is_same_v<R, spool::Gap>) {
          gaps_.push_back(core::gap_document({r.from_us, r.to_us, r.dropped_records, r.reason}));
        } else if constexpr (std::is_same_v<R, spool::Branch>) {
          if (r.kind == spool::BranchKind::kRewind)
            rewinds_.push_back(r.step);
          else if (!fork_)
            fork_ = r;
        } else if constexpr (std::is_same_v<R, spool::Media>) {
          media_.push_back(&r);
        } else if constexpr (std::is_same_v<R, spool::Alert>) {
          alerts_.push_back(&r);
        } else if constexpr (std::is_same_v<R, spool::Console>) {
          console_[r.stream].push_back(&r);
        }
      },
      record);
}

bool RunChanges::touches_run() const noexcept {
  return start_ || !configs_.empty() || !summaries_.empty() || tags_ || notes_ ||
         !definitions_.empty() || !gaps_.empty() || !ends_.empty() || fork_ || !rewinds_.empty();
}

bool RunChanges::apply(PgConnection& connection, std::int64_t now_us) {
  for (const auto& [stream, lines] : console_) insert_log_chunk(connection, run_, stream, lines);
  const bool shown = !media_.empty() || !alerts_.empty();
  if (!touches_run()) {
    apply_media(connection, now_us);
    return shown;
  }
  apply_branches(connection);
  apply_media(connection, now_us);
  apply_row(connection, now_us);
  apply_definitions(connection);
  apply_writers(connection, now_us);
  mark_attributes(connection, run_, ends_.empty() ? Urgency::kWhenDue : Urgency::kAtOnce);
  return true;
}

// First, since it says in the environment what came of it.
void RunChanges::apply_branches(PgConnection& connection) {
  if (!rewinds_.empty()) count_rewinds(connection, run_, rewinds_.size());
  for (const std::int64_t step : rewinds_) take_back_media(connection, run_, step);
  if (!fork_) return;
  const auto objection = make_fork(connection, run_, *fork_);
  notes_of_branches_.push_back(core::fork_document({fork_->run_id, fork_->step, objection}));
}

void RunChanges::apply_media(PgConnection& connection, std::int64_t now_us) const {
  insert_media(connection, run_, media_);
  insert_alerts(connection, run_, alerts_, now_us);
}

void RunChanges::apply_row(PgConnection& connection, std::int64_t now_us) {
  const auto& id = run_.uuid().bytes;
  const PgResult row = connection.run(kLoadDocuments, PgParams().uuid(id));
  if (row.rows() == 0) return;
  std::string environment(row.bytes(0, 3));
  if (start_ && !start_->environment_json.empty())
    environment = merged(std::move(environment), {start_->environment_json});
  environment = merged(std::move(environment), gaps_);
  environment = merged(std::move(environment), notes_of_branches_);
  connection.run(kStoreDocuments, PgParams()
                                      .uuid(id)
                                      .text(merged(std::string(row.bytes(0, 1)), configs_))
                                      .text(merged(std::string(row.bytes(0, 2)), summaries_))
                                      .text(environment));
  if (start_ && !row.boolean(0, 0)) {
    const std::int64_t started =
        std::min(start_->started_us, now_us);  // a clock ahead of ours sorts no run on top
    connection.run(kName, PgParams()
                              .uuid(id)
                              .text(start_->name)
                              .text(start_->group)
                              .text(start_->job_type)
                              .text(start_->notes)
                              .texts(start_->tags)
                              .bigint(started));
  }
  if (tags_) connection.run(kTags, PgParams().uuid(id).texts(*tags_));
  if (notes_) connection.run(kNotes, PgParams().uuid(id).text(*notes_));
}

void RunChanges::apply_definitions(PgConnection& connection) {
  for (const Definition& definition : definitions_) {
    const std::string json = merged("{}", {definition.json});
    connection.run(kDefine, PgParams().uuid(run_.uuid().bytes).text(definition.pattern).text(json));
  }
}

void RunChanges::apply_writers(PgConnection& connection, std::int64_t now_us) {
  if (!forked_.empty()) connection.run(kForked, PgParams().bigints(forked_));
  for (const auto& [stream, end] : ends_)
    connection.run(kEnd, PgParams()
                             .bigint(stream)
                             .smallint(static_cast<std::int16_t>(end.state))
                             .bigint(end.time_us)
                             .text(end.reason));
  if (!forked_.empty() || !ends_.empty()) settle_run(connection, run_, now_us);
}

bool settle_run(PgConnection& connection, core::RunId run, std::int64_t now_us) {
  const PgResult rows = connection.run(kWritersOfSession, PgParams().uuid(run.uuid().bytes));
  if (rows.rows() == 0) return false;
  std::vector<core::WriterLife> writers(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    writers[i].last_seen_us = rows.bigint(i, 0);
    writers[i].forked = rows.boolean(i, 4);
    if (rows.is_null(i, 1)) continue;
    writers[i].end = core::WriterEnd{static_cast<core::RunState>(rows.integer(i, 1)),
                                     rows.bigint(i, 2), std::string(rows.bytes(i, 3))};
  }
  const core::RunLife life = core::life_of(writers, now_us);
  PgParams params;
  params.uuid(run.uuid().bytes).smallint(static_cast<std::int16_t>(life.state));
  if (life.ended_us)
    params.bigint(*life.ended_us);
  else
    params.null_bigint();
  return connection.run(kSettleRun, params.text(life.end_reason)).affected() > 0;
}

}  // namespace tracker::storage
