#include "storage/migrate.hpp"

#include <string>

#include "storage/migrations.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

// Any number, the same in every server: "tracker" as ASCII.
constexpr const char* kAdvisoryLock = "SELECT pg_advisory_xact_lock(32776859903812978)";

constexpr const char* kMakeTable = R"sql(
  CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()))sql";

int installed(pqxx::work& transaction) {
  const bool exists =
      transaction.exec1("SELECT to_regclass('schema_version') IS NOT NULL")[0].as<bool>();
  if (!exists) return 0;
  return transaction.exec1("SELECT coalesce(max(version), 0) FROM schema_version")[0].as<int>();
}

}  // namespace

int schema_version() noexcept { return migrations().back().version; }

int installed_schema_version(Database& database) {
  return in_transaction(database, [](pqxx::work& transaction) { return installed(transaction); });
}

void migrate(Database& database) {
  // Each migration takes the lock anew and looks again: another server may have been faster.
  for (bool more = true; more;) {
    more = in_transaction(database, [](pqxx::work& transaction) {
      transaction.exec0("SET LOCAL statement_timeout = 0");
      transaction.exec1(kAdvisoryLock);
      transaction.exec0(kMakeTable);
      const int have = installed(transaction);
      if (have > schema_version())
        throw Error(ErrorCode::kFailedPrecondition,
                    "the database has schema version " + std::to_string(have) +
                        ", this program knows up to " + std::to_string(schema_version()) +
                        ": start the newer tracker-server, or restore an older backup");
      if (have == schema_version()) return false;
      const Migration& next = migrations()[static_cast<std::size_t>(have)];
      transaction.exec(std::string(next.sql));
      transaction.exec_params0("INSERT INTO schema_version (version, name) VALUES ($1, $2)",
                               next.version, std::string(next.name));
      return true;
    });
  }
}

}  // namespace tracker::storage
