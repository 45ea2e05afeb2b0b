#pragma once

#include <cstddef>
#include <memory>
#include <pqxx/connection>
#include <string>

#include "storage/pg.hpp"

// The way to PostgreSQL. Ordinary SQL goes through libpqxx; the hot paths (frame insert, chunk
// reads, compaction) through storage/pg.hpp, since libpqxx 6 moves text only.
namespace tracker::storage {

struct DatabaseOptions {
  std::string dsn;                   // libpq connection string or postgresql:// URL
  std::size_t max_connections = 12;  // of each kind; further threads wait
  int statement_timeout_ms = 30'000;
};

// Two pools of connections, opened when first needed. Any thread may lease; a lease belongs to one
// thread. A connection that broke is thrown away when its lease ends. Errors: Error(kUnavailable)
// when the server cannot be reached.
class Database {
 public:
  explicit Database(DatabaseOptions options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  class SqlLease {
   public:
    SqlLease(SqlLease&&) noexcept;
    SqlLease& operator=(SqlLease&&) = delete;
    ~SqlLease();
    pqxx::connection& operator*() const noexcept { return *connection_; }
    pqxx::connection* operator->() const noexcept { return connection_.get(); }

   private:
    friend class Database;
    SqlLease(Database& database, std::unique_ptr<pqxx::connection> connection) noexcept;
    Database* database_;
    std::unique_ptr<pqxx::connection> connection_;
  };

  class PgLease {
   public:
    PgLease(PgLease&&) noexcept;
    PgLease& operator=(PgLease&&) = delete;
    ~PgLease();
    PgConnection& operator*() const noexcept { return *connection_; }
    PgConnection* operator->() const noexcept { return connection_.get(); }

   private:
    friend class Database;
    PgLease(Database& database, std::unique_ptr<PgConnection> connection) noexcept;
    Database* database_;
    std::unique_ptr<PgConnection> connection_;
  };

  // Waits for a free connection at most 10 s, then Error(kResourceExhausted).
  SqlLease sql();
  PgLease pg();

  // Throws Error(kUnavailable) with the reason if the database does not answer.
  void ping();

  const DatabaseOptions& options() const noexcept;

 private:
  struct Pools;
  std::unique_ptr<Pools> pools_;
};

}  // namespace tracker::storage
