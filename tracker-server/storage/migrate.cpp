#include "storage/migrate.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

#include "core/log_text.hpp"
#include "storage/adopt.hpp"
#include "storage/backfill.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

// Any number, the same in every server: "tracker" as ASCII.
constexpr const char* kAdvisoryLock = "SELECT pg_advisory_xact_lock(32776859903812978)";

// Whoever waits for a table's lock holds up all that come after it. So a migration gives up soon,
// lets the others through, and tries again.
constexpr const char* kLockTimeout = "SET LOCAL lock_timeout = '2s'";
constexpr int kMigrationAttempts = 100;
constexpr std::chrono::milliseconds kPause{500};

constexpr const char* kMakeTables = R"sql(
  CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now());
  ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS checksum text;
  ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS compatible_from integer;
  CREATE TABLE IF NOT EXISTS schema_backfill (
    version integer PRIMARY KEY REFERENCES schema_version,
    cursor text NOT NULL DEFAULT '',
    batches bigint NOT NULL DEFAULT 0,
    finished_at timestamptz))sql";

int installed(pqxx::work& transaction) {
  const bool exists =
      transaction.exec1("SELECT to_regclass('schema_version') IS NOT NULL")[0].as<bool>();
  if (!exists) return 0;
  return transaction.exec1("SELECT coalesce(max(version), 0) FROM schema_version")[0].as<int>();
}

// The oldest program that can run on what is installed beyond `version`. A row without a word was
// written by a program from before there was one: nothing else can run beside it.
int oldest_program(pqxx::work& transaction, int version) {
  const bool told = transaction
                        .exec1(
                            "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = "
                            "to_regclass('schema_version') AND attname = 'compatible_from')")[0]
                        .as<bool>();
  return transaction
      .exec_params1(told
                        ? "SELECT coalesce(max(coalesce(compatible_from, version)), 0) FROM "
                          "schema_version WHERE version > $1"
                        : "SELECT coalesce(max(version), 0) FROM schema_version WHERE version > $1",
                    version)[0]
      .as<int>();
}

std::optional<std::string> objection(pqxx::work& transaction, Migrations known) {
  const int have = installed(transaction), need = schema_version(known);
  if (have == need) return std::nullopt;
  if (have < need)
    return fmt::format(
        "the database has schema version {}, this program needs {}: restart it, it migrates the "
        "database when it starts",
        have, need);
  const int oldest = oldest_program(transaction, need);
  if (oldest <= need) return std::nullopt;
  return fmt::format(
      "the database has schema version {}, which programs for schema version {} or newer can work "
      "with; this one was built for {}: start the newer tracker-server, or restore an older backup",
      have, oldest, need);
}

// Each applied migration must be the one that the program has.
void check_applied(pqxx::work& transaction, Migrations known) {
  const auto rows = transaction.exec(
      "SELECT version, name, coalesce(checksum, '') FROM schema_version ORDER BY version");
  for (const auto& row : rows) {
    const int version = row[0].as<int>();
    if (version > schema_version(known)) break;
    const Migration& own = known[static_cast<std::size_t>(version - 1)];
    const auto name = row[1].as<std::string>(), checksum = row[2].as<std::string>();
    if (name == own.name && checksum == own.checksum) continue;
    throw Error(
        ErrorCode::kFailedPrecondition,
        fmt::format("migration {} was applied to the database as '{}' with checksum {}, and this "
                    "program has '{}' with {}: one of them was edited after it was applied; start "
                    "the tracker-server that made this database, or restore a backup",
                    version, name, checksum.substr(0, 12), own.name, own.checksum.substr(0, 12)));
  }
}

void apply(pqxx::work& transaction, const Migration& next) {
  transaction.exec(std::string(next.sql));
  transaction.exec_params0(
      "INSERT INTO schema_version (version, name, checksum, compatible_from) VALUES ($1, $2, $3, "
      "$4)",
      next.version, std::string(next.name), std::string(next.checksum), next.compatible_from);
  if (!next.batch.empty())
    transaction.exec_params0("INSERT INTO schema_backfill (version) VALUES ($1)", next.version);
}

enum class Step { kDone, kApplied, kBatchesFirst };

// One transaction under the advisory lock.
Step step(pqxx::work& transaction, Migrations known) {
  transaction.exec0("SET LOCAL statement_timeout = 0");
  transaction.exec1(kAdvisoryLock);
  transaction.exec0(kLockTimeout);
  const int have = installed(transaction);
  if (have <= schema_version(known)) {
    transaction.exec(kMakeTables);
    adopt(transaction, known);
  } else if (const auto why = objection(transaction, known)) {
    throw Error(ErrorCode::kFailedPrecondition, *why);
  }
  check_applied(transaction, known);
  if (have >= schema_version(known)) return Step::kDone;
  if (has_unfinished_batches(transaction)) return Step::kBatchesFirst;
  apply(transaction, known[static_cast<std::size_t>(have)]);
  return Step::kApplied;
}

}  // namespace

int schema_version(Migrations known) noexcept { return known.back().version; }

int installed_schema_version(Database& database) {
  return in_transaction(database, [](pqxx::work& transaction) { return installed(transaction); });
}

std::optional<std::string> schema_objection(Database& database, Migrations known) {
  return in_transaction(database,
                        [known](pqxx::work& transaction) { return objection(transaction, known); });
}

void migrate(Database& database, Migrations known) {
  // Each migration takes the lock anew and looks again: another server may have been faster.
  for (int attempt = 1;;) {
    try {
      const auto done = in_transaction(
          database, [known](pqxx::work& transaction) { return step(transaction, known); });
      if (done == Step::kDone) return;
      if (done == Step::kBatchesFirst) finish_batches(database, known);
      attempt = 1;
    } catch (const Error& error) {
      if (fault_of(error.detail()) != SqlFault::kRetry || ++attempt > kMigrationAttempts) throw;
      spdlog::info("event=migration_waits error={}", core::quoted(error.what()));
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace tracker::storage
