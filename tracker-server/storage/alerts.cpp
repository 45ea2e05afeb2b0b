#include "storage/alerts.hpp"

#include <iterator>
#include <sstream>

namespace tracker::storage {
namespace {

// Clocks of programs are not ours: what is told is judged by the times they give.
constexpr const char* kAddAlert = R"sql(
  INSERT INTO run_alert (run_id, time_us, level, title, text, quiet_s, arrived_us, state)
  SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN EXISTS (
    SELECT 1 FROM run_alert a WHERE a.run_id = $1 AND a.title = $4 AND a.state IN (0, 1)
      AND $2 - a.time_us BETWEEN 0 AND $6::bigint * 1000000) THEN 2 ELSE 0 END)sql";

constexpr const char* kListAlerts = R"sql(
  SELECT a.id, a.run_id, p.name, r.name, a.time_us, a.level::integer, a.title, a.text, a.state::integer, a.attempts,
         a.outcome, ''
  FROM run_alert a JOIN run r ON r.id = a.run_id JOIN project p ON p.id = r.project_id
  WHERE a.run_id = $1 ORDER BY a.id DESC LIMIT $2)sql";

constexpr const char* kTakeAlerts = R"sql(
  WITH due AS (
    SELECT a.id FROM run_alert a JOIN run r ON r.id = a.run_id
    WHERE a.state = 0 AND a.next_us <= $1 AND r.deleted_us IS NULL
    ORDER BY a.id LIMIT $3 FOR UPDATE OF a SKIP LOCKED),
  taken AS (
    UPDATE run_alert a SET next_us = $1 + $2, attempts = a.attempts + 1 FROM due WHERE a.id = due.id RETURNING a.*)
  SELECT a.id, a.run_id, p.name, r.name, a.time_us, a.level::integer, a.title, a.text, a.state::integer, a.attempts,
         a.outcome, array_to_string(a.told, ' ')
  FROM taken a JOIN run r ON r.id = a.run_id JOIN project p ON p.id = r.project_id ORDER BY a.id)sql";

constexpr const char* kSettleAlert =
    "UPDATE run_alert SET state = $2, next_us = $3, outcome = $4, told = $5 WHERE id = $1";

constexpr const char* kGiveUp = R"sql(
  UPDATE run_alert SET state = 3, outcome = $2 WHERE state = 0 AND attempts = 0 AND arrived_us < $1)sql";

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

std::vector<Alert> alerts_of(const PgResult& rows) {
  std::vector<Alert> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto text = [&](int column) { return std::string(rows.bytes(i, column)); };
    out.push_back({rows.bigint(i, 0), run_id_of(rows.bytes(i, 1)), text(2), text(3),
                   rows.bigint(i, 4), static_cast<spool::AlertLevel>(rows.integer(i, 5)), text(6),
                   text(7), static_cast<AlertState>(rows.integer(i, 8)), rows.integer(i, 9),
                   text(10), words_of(text(11))});
  }
  return out;
}

}  // namespace

void insert_alerts(PgConnection& connection, core::RunId run,
                   const std::vector<const spool::Alert*>& alerts, std::int64_t now_us) {
  for (const spool::Alert* alert : alerts)
    connection.run(kAddAlert, PgParams()
                                  .uuid(run.uuid().bytes)
                                  .bigint(alert->time_us)
                                  .smallint(static_cast<std::int16_t>(alert->level))
                                  .text(alert->title)
                                  .text(alert->text)
                                  .bigint(alert->quiet_s)
                                  .bigint(now_us));
}

std::vector<Alert> list_alerts(Database& database, core::RunId run, std::size_t limit) {
  return alerts_of(database.pg()->run(
      kListAlerts, PgParams().uuid(run.uuid().bytes).bigint(static_cast<std::int64_t>(limit))));
}

std::vector<Alert> take_due_alerts(PgConnection& connection, std::int64_t now_us,
                                   std::int64_t hold_us, std::size_t limit) {
  return alerts_of(connection.run(kTakeAlerts, PgParams().bigint(now_us).bigint(hold_us).bigint(
                                                   static_cast<std::int64_t>(limit))));
}

void settle_alert(PgConnection& connection, const AlertOutcome& outcome) {
  connection.run(kSettleAlert, PgParams()
                                   .bigint(outcome.id)
                                   .smallint(static_cast<std::int16_t>(outcome.state))
                                   .bigint(outcome.next_us)
                                   .text(outcome.outcome)
                                   .texts(outcome.told));
}

std::size_t give_up_untaken_alerts(PgConnection& connection, std::int64_t before_us,
                                   std::string_view outcome) {
  return connection.run(kGiveUp, PgParams().bigint(before_us).text(outcome)).affected();
}

}  // namespace tracker::storage
