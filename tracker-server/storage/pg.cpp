#include "storage/pg.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "storage/sqlstate.hpp"

namespace tracker::storage {
namespace {

template <class Unsigned>
Unsigned get(const char* bytes) noexcept {
  Unsigned v = 0;
  for (std::size_t i = 0; i < sizeof v; ++i)
    v = static_cast<Unsigned>(v << 8 | static_cast<std::uint8_t>(bytes[i]));
  return v;
}

std::string_view field(const pg_result* result, std::size_t row, int column) {
  const int at = static_cast<int>(row);
  return {PQgetvalue(result, at, column),
          static_cast<std::size_t>(PQgetlength(result, at, column))};
}

const char* fixed(const pg_result* result, std::size_t row, int column, std::size_t size) {
  const std::string_view bytes = field(result, row, column);
  if (bytes.size() != size)
    throw Error(ErrorCode::kInternal,
                "a database column has another type than the program expects");
  return bytes.data();
}

}  // namespace

PgError::PgError(std::string sqlstate, const std::string& message)
    : Error(code_of(sqlstate), "database: " + message, sqlstate),
      sqlstate_(std::move(sqlstate)),
      fault_(fault_of(sqlstate_)) {}

PgResult::PgResult(pg_result* result) noexcept : result_(result) {}
void PgResult::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

std::size_t PgResult::rows() const noexcept {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}
std::size_t PgResult::affected() const {
  const char* text = PQcmdTuples(result_.get());
  return *text == '\0' ? 0 : std::stoull(text);
}
bool PgResult::is_null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}
std::int64_t PgResult::bigint(std::size_t row, int column) const {
  return static_cast<std::int64_t>(get<std::uint64_t>(fixed(result_.get(), row, column, 8)));
}
std::int32_t PgResult::integer(std::size_t row, int column) const {
  return static_cast<std::int32_t>(get<std::uint32_t>(fixed(result_.get(), row, column, 4)));
}
double PgResult::float8(std::size_t row, int column) const {
  return std::bit_cast<double>(get<std::uint64_t>(fixed(result_.get(), row, column, 8)));
}
bool PgResult::boolean(std::size_t row, int column) const {
  return *fixed(result_.get(), row, column, 1) != 0;
}
std::string_view PgResult::bytes(std::size_t row, int column) const {
  return field(result_.get(), row, column);
}

std::vector<std::int32_t> PgResult::integers(std::size_t row, int column) const {
  const std::string_view bytes = field(result_.get(), row, column);
  if (bytes.size() < 20) return {};  // an empty array has no dimension
  const auto count = get<std::uint32_t>(bytes.data() + 12);
  if (bytes.size() != 20 + std::size_t{8} * count)
    throw Error(ErrorCode::kInternal,
                "a database column has another type than the program expects");
  std::vector<std::int32_t> out(count);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<std::int32_t>(get<std::uint32_t>(bytes.data() + 20 + 8 * i + 4));
  return out;
}

namespace {

// The server's own timeout comes first, and its message is the better one.
std::chrono::milliseconds patience_for(std::chrono::milliseconds statement_timeout) {
  return statement_timeout + std::max(statement_timeout / 6, std::chrono::milliseconds(1'000));
}

constexpr std::pair<std::string_view, const char*> kTimeouts[] = {{"connect_timeout", "10"},
                                                                  {"keepalives_idle", "20"},
                                                                  {"keepalives_interval", "5"},
                                                                  {"keepalives_count", "3"},
                                                                  {"tcp_user_timeout", "30000"}};

const char* default_of(const PQconninfoOption& option) {
  if (option.envvar != nullptr && std::getenv(option.envvar) != nullptr) return nullptr;
  for (const auto& [name, value] : kTimeouts)
    if (name == option.keyword) return value;
  return nullptr;
}

}  // namespace

std::string with_timeouts(const std::string& dsn) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(dsn.c_str(), nullptr), PQconninfoFree);
  if (!options) return dsn;  // connecting says what is wrong with it
  std::string out;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const char* value = option->val != nullptr ? option->val : default_of(*option);
    if (value == nullptr) continue;
    out += option->keyword;
    out += "='";
    for (const char* c = value; *c != '\0'; ++c) {
      if (*c == '\'' || *c == '\\') out += '\\';
      out += *c;
    }
    out += "' ";
  }
  return out;
}

void PgConnection::Finish::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

PgConnection::PgConnection(const std::string& dsn, int statement_timeout_ms)
    : connection_(PQconnectdb(with_timeouts(dsn).c_str())),
      patience_(patience_for(std::chrono::milliseconds(statement_timeout_ms))) {
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw Error(ErrorCode::kUnavailable,
                "cannot reach the database: " + one_line(PQerrorMessage(connection_.get())));
  PQsetnonblocking(connection_.get(), 1);
  // Short statements over many keys: compiling one costs more than running it.
  command("SET client_min_messages = warning; SET jit = off; SET statement_timeout = " +
          std::to_string(statement_timeout_ms));
}

bool PgConnection::await_socket(short events, std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd socket{PQsocket(connection_.get()), events, 0};
  return left.count() > 0 &&
         (::poll(&socket, 1, static_cast<int>(left.count()) + 1) != 0 || errno == EINTR);
}

pg_result* PgConnection::await_result() {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  pg_conn* const connection = connection_.get();
  std::unique_ptr<pg_result, decltype(&PQclear)> last(nullptr, PQclear);
  for (;;) {
    const int unsent = PQflush(connection);
    if (unsent >= 0 && PQisBusy(connection) != 0) {
      if (!await_socket(unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline)) {
        connection_.reset();
        throw PgError("", "no answer from the database");
      }
      PQconsumeInput(connection);  // a broken connection is no longer busy
      continue;
    }
    pg_result* const next = PQgetResult(connection);
    if (next == nullptr) return last.release();
    last.reset(next);
  }
}

PgResult PgConnection::check(pg_result* raw) {
  PgResult result(raw);
  const ExecStatusType status = PQresultStatus(raw);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
  const char* sqlstate = raw == nullptr ? nullptr : PQresultErrorField(raw, PG_DIAG_SQLSTATE);
  const char* message = raw == nullptr ? nullptr : PQresultErrorField(raw, PG_DIAG_MESSAGE_PRIMARY);
  const std::string state = broken() ? "" : sqlstate == nullptr ? "XX000" : sqlstate;
  throw PgError(state, one_line(message != nullptr ? message : PQerrorMessage(connection_.get())));
}

const std::string& PgConnection::prepare(const char* sql, const PgParams& params) {
  const auto found = prepared_.find(sql);
  if (found != prepared_.end()) return found->second;
  std::string name(1, 's');
  name += std::to_string(prepared_.size());
  await_result_of(PQsendPrepare(connection_.get(), name.c_str(), sql,
                                static_cast<int>(params.types_.size()), params.types_.data()));
  return prepared_.emplace(sql, name).first->second;
}

PgResult PgConnection::run(const char* sql, const PgParams& params) {
  const std::string& name = prepare(sql, params);
  const std::size_t count = params.values_.size();
  std::vector<const char*> values(count);
  std::vector<int> lengths(count), formats(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = params.nulls_[i] ? nullptr : params.values_[i].data();
    lengths[i] = static_cast<int>(params.values_[i].size());
  }
  const int sent = PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(count),
                                       values.data(), lengths.data(), formats.data(), 1);
  return check(sent == 1 ? await_result() : nullptr);
}

void PgConnection::command(const std::string& sql) {
  await_result_of(PQsendQuery(connection_.get(), sql.c_str()));
}

bool PgConnection::broken() const noexcept { return PQstatus(connection_.get()) != CONNECTION_OK; }
// A last word of the server ("terminating connection") comes before its end: all is read.
bool PgConnection::usable() noexcept {
  while (!broken()) {
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    if (::poll(&socket, 1, 0) <= 0) return true;
    if (PQconsumeInput(connection_.get()) != 1) return false;
  }
  return false;
}
bool PgConnection::in_transaction() const noexcept {
  return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

std::string one_line(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

core::Uuid uuid_of(std::string_view bytes) {
  core::Uuid uuid;
  if (bytes.size() != uuid.bytes.size())
    throw Error(ErrorCode::kInternal, "a database column is not a uuid as the program expects");
  std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
  return uuid;
}
core::RunId run_id_of(std::string_view uuid) { return core::RunId(uuid_of(uuid)); }
core::WriterId writer_id_of(std::string_view uuid) { return core::WriterId(uuid_of(uuid)); }

PgTransaction::PgTransaction(PgConnection& connection, const char* begin)
    : connection_(connection) {
  connection_.command(begin);
}

PgTransaction::~PgTransaction() {
  if (!open_ || connection_.broken()) return;
  try {
    connection_.command("ROLLBACK");
  } catch (const Error&) {
    // The connection is unusable; the pool sees that and throws it away.
  }
}

void PgTransaction::commit() {
  connection_.command("COMMIT");
  open_ = false;
}

}  // namespace tracker::storage
