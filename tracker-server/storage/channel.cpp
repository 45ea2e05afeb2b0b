#include "storage/channel.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>

#include <tracker/error.hpp>

#include "storage/pg.hpp"

namespace tracker::storage {
namespace {

// A peer that is gone without a word is noticed within half a minute. What the address says itself
// comes later and wins.
pg_conn* connect(const std::string& dsn) {
  const char* const names[] = {"connect_timeout",
                               "keepalives_idle",
                               "keepalives_interval",
                               "keepalives_count",
                               "tcp_user_timeout",
                               "dbname",
                               nullptr};
  const char* const values[] = {"5", "10", "5", "3", "20000", dsn.c_str(), nullptr};
  return PQconnectdbParams(names, values, 1);
}

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

}  // namespace

void Channel::Finish::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Channel::Channel(const std::string& dsn, const std::string& name)
    : name_(name), connection_(connect(dsn)) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) fail("cannot reach the database");
  command(
      "SET client_min_messages = warning; SET statement_timeout = 10000; SET synchronous_commit = "
      "off; LISTEN " +
      name_);
}

void Channel::fail(const char* what) const {
  throw Error(ErrorCode::kUnavailable,
              std::string(what) + ": " + one_line(PQerrorMessage(connection_.get())));
}

void Channel::command(const std::string& sql) {
  const Result result(PQexec(connection_.get(), sql.c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail("cannot listen to other servers");
}

void Channel::notify(const std::string& payload) {
  const char* const values[] = {name_.c_str(), payload.c_str()};
  const Result result(PQexecParams(connection_.get(), "SELECT pg_notify($1, $2)", 2, nullptr,
                                   values, nullptr, nullptr, 0),
                      PQclear);
  if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) return;
  if (PQstatus(connection_.get()) != CONNECTION_OK) fail("the connection to the database broke");
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  throw PgError(state == nullptr ? "XX000" : state, one_line(PQerrorMessage(connection_.get())));
}

std::vector<Notification> Channel::wait(std::chrono::milliseconds time, int wake) {
  auto heard = take();  // what came with the answer of a notify()
  if (!heard.empty()) return heard;
  pollfd waited[] = {{PQsocket(connection_.get()), POLLIN, 0}, {wake, POLLIN, 0}};
  ::poll(waited, 2, static_cast<int>(std::max<std::int64_t>(0, time.count())));
  if (PQconsumeInput(connection_.get()) != 1 || PQstatus(connection_.get()) != CONNECTION_OK)
    fail("the connection to the database broke");
  return take();
}

std::vector<Notification> Channel::take() {
  std::vector<Notification> heard;
  while (PGnotify* raw = PQnotifies(connection_.get())) {
    const std::unique_ptr<PGnotify, void (*)(void*)> one(raw, PQfreemem);
    heard.push_back({one->extra, one->be_pid == PQbackendPID(connection_.get())});
  }
  return heard;
}

}  // namespace tracker::storage
