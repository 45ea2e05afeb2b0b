#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "core/ids.hpp"
#include "storage/sqlstate.hpp"

struct pg_conn;
struct pg_result;

// A thin layer over libpq for the hot paths: parameters and results in PostgreSQL's binary format,
// prepared once per connection. Everything is big-endian on the wire; the accessors check type
// length before they read.
namespace tracker::storage {

// Parameters of one statement, in binary. Holds its bytes.
class PgParams {
 public:
  PgParams& bigint(std::int64_t value);
  PgParams& null_bigint();
  PgParams& integer(std::int32_t value);
  PgParams& smallint(std::int16_t value);
  PgParams& uuid(std::span<const std::uint8_t, 16> value);
  PgParams& boolean(std::uint8_t value);  // 0 or 1
  PgParams& text(std::string_view value);
  PgParams& bytea(std::string_view value);
  PgParams& uuids(std::span<const core::RunId> values);
  PgParams& bigints(std::span<const std::int64_t> values);
  PgParams& integers(std::span<const std::int32_t> values);
  PgParams& float8s(std::span<const double> values);
  PgParams& booleans(std::span<const std::uint8_t> values);  // 0 or 1 each
  PgParams& texts(std::span<const std::string> values);
  PgParams& byteas(std::span<const std::string_view> values);
  PgParams& uuids(std::span<const core::Uuid> values);

 private:
  friend class PgConnection;
  std::string& next(unsigned type);
  std::string& next_array(unsigned type, unsigned element_type, std::size_t count);
  std::vector<std::string> values_;
  std::vector<bool> nulls_;
  std::vector<unsigned> types_;
};

// Rows of one statement, in binary. Owns the libpq result; views into it live as long as it does.
class PgResult {
 public:
  explicit PgResult(pg_result* result) noexcept;
  PgResult(PgResult&&) noexcept = default;
  PgResult& operator=(PgResult&&) noexcept = default;

  std::size_t rows() const noexcept;
  std::size_t affected() const;
  bool is_null(std::size_t row, int column) const;
  std::int64_t bigint(std::size_t row, int column) const;
  std::int32_t integer(std::size_t row, int column) const;
  double float8(std::size_t row, int column) const;
  bool boolean(std::size_t row, int column) const;
  std::string_view bytes(std::size_t row, int column) const;              // bytea, text, uuid
  std::vector<std::int32_t> integers(std::size_t row, int column) const;  // integer[]

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// Thrown for a statement that failed.
class PgError : public Error {
 public:
  PgError(std::string sqlstate, const std::string& message);

  // Empty when the connection broke.
  const std::string& sqlstate() const noexcept { return sqlstate_; }
  SqlFault fault() const noexcept { return fault_; }
  bool retryable() const noexcept { return fault_ == SqlFault::kRetry; }
  // If this was a commit, whether it was done is unknown.
  bool connection_lost() const noexcept { return fault_ == SqlFault::kConnection; }

 private:
  std::string sqlstate_;
  SqlFault fault_;
};

// The connection string with limits for a network that swallows a peer: ten seconds to connect,
// keepalives, half a minute for bytes that are not acknowledged. What `dsn` or the environment says
// about these counts.
std::string with_timeouts(const std::string& dsn);

// One connection; belongs to one thread at a time. A server that does not answer within its own
// statement timeout and a few seconds is given up, and so is one that does not take what is sent:
// the connection is broken then. Nobody waits for ever on a peer that a network has swallowed.
class PgConnection {
 public:
  // Throws Error(kUnavailable); waits for the server ten seconds, unless `dsn` says otherwise.
  explicit PgConnection(const std::string& dsn, int statement_timeout_ms);
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // `sql` is prepared on first use; it must be a string that outlives the connection (a literal).
  // Throws PgError.
  PgResult run(const char* sql, const PgParams& params);
  PgResult run(const char* sql) { return run(sql, PgParams{}); }

  // Statements without parameters and results, several separated by semicolons allowed.
  void command(const std::string& sql);

  bool broken() const noexcept;
  // For an idle connection: has the server not closed it? Asks the socket, not the server.
  bool usable() noexcept;
  bool in_transaction() const noexcept;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const noexcept;
  };
  const std::string& prepare(const char* sql, const PgParams& params);
  PgResult check(pg_result* result);
  // After a PQsend…: sends it, and its last result; null with the connection's own error.
  pg_result* await_result();
  void await_result_of(int sent) { check(sent == 1 ? await_result() : nullptr); }
  bool await_socket(short events, std::chrono::steady_clock::time_point deadline);

  std::unique_ptr<pg_conn, Finish> connection_;
  std::chrono::milliseconds patience_;
  std::map<const char*, std::string> prepared_;  // by the address of the statement's text
};

// What libpq says, which ends its lines; null is nothing.
std::string one_line(const char* message);

// A uuid column. Throws Error(kInternal) when the bytes are not one.
core::Uuid uuid_of(std::string_view bytes);
core::RunId run_id_of(std::string_view uuid);
core::WriterId writer_id_of(std::string_view uuid);

// For work that is done again if a crash of the machine takes it back: nobody waits for the disk.
// What is committed later and waited for takes it along, since the WAL is one string.
inline constexpr const char* kBeginRelaxed = "BEGIN; SET LOCAL synchronous_commit = off";

// BEGIN on construction, ROLLBACK on destruction unless committed.
class PgTransaction {
 public:
  explicit PgTransaction(PgConnection& connection, const char* begin = "BEGIN");
  ~PgTransaction();
  PgTransaction(const PgTransaction&) = delete;
  PgTransaction& operator=(const PgTransaction&) = delete;
  void commit();
  PgConnection& connection() noexcept { return connection_; }

 private:
  PgConnection& connection_;
  bool open_ = true;
};

}  // namespace tracker::storage
