#include "storage/whole_database.hpp"

#include <algorithm>

#include <tracker/error.hpp>

namespace tracker::storage {
namespace {

// The number is that of frame_ring.cpp.
constexpr const char* kHoldRing = "SELECT pg_advisory_lock(32776859903812979)";
constexpr const char* kExport = "SELECT pg_export_snapshot()";
constexpr const char* kTables = R"sql(
  SELECT relname::text FROM pg_class
  WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace ORDER BY relname)sql";
constexpr const char* kObjects = R"sql(
  SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f'))sql";
constexpr const char* kMajor = "SELECT current_setting('server_version_num')::integer / 10000";
constexpr const char* kHasSchema = "SELECT to_regclass('schema_version') IS NOT NULL";
constexpr const char* kNewestSchema = "SELECT coalesce(max(version), 0) FROM schema_version";
constexpr const char* kBytes = "SELECT pg_database_size(current_database())";
constexpr const char* kTableSize = "SELECT pg_total_relation_size($1::text::regclass)";

TableCounts counts_of(PgConnection& connection) {
  const PgResult tables = connection.run(kTables);
  TableCounts out;
  std::vector<std::string> statements;  // prepared by address: they outlive their use
  statements.reserve(tables.rows());
  for (std::size_t i = 0; i < tables.rows(); ++i) {
    const std::string table(tables.bytes(i, 0));
    statements.push_back("SELECT count(*) FROM \"" + table + "\"");
    out[table] = connection.run(statements.back().c_str()).bigint(0, 0);
  }
  return out;
}

}  // namespace

ExportedSnapshot::ExportedSnapshot(const std::string& dsn) : connection_(dsn, 0) {
  try {
    connection_.command("SET lock_timeout = '10s'");
    connection_.run(kHoldRing);
  } catch (const PgError& error) {
    if (!error.retryable()) throw;
    throw Error(ErrorCode::kFailedPrecondition,
                "another backup of this database is running: wait for it");
  }
  // The lock comes before the snapshot: docs/storage.md, "The ring".
  connection_.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (connection_.run(kHasSchema).boolean(0, 0)) {
    connection_.command(
        "ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
        "LOCK TABLE frame IN ACCESS SHARE MODE");
  }
  id_ = std::string(connection_.run(kExport).bytes(0, 0));
}

TableCounts ExportedSnapshot::counts() { return counts_of(connection_); }
int ExportedSnapshot::schema_version() {
  return connection_.run(kHasSchema).boolean(0, 0) ? connection_.run(kNewestSchema).integer(0, 0)
                                                   : 0;
}
int ExportedSnapshot::server_major() { return connection_.run(kMajor).integer(0, 0); }
std::int64_t ExportedSnapshot::bytes() { return connection_.run(kBytes).bigint(0, 0); }

TableCounts count_tables(const std::string& dsn) {
  PgConnection connection(dsn, 0);
  return counts_of(connection);
}

bool is_empty_database(const std::string& dsn) {
  return PgConnection(dsn, 0).run(kObjects).bigint(0, 0) == 0;
}

int server_major(const std::string& dsn) { return PgConnection(dsn, 0).run(kMajor).integer(0, 0); }

void analyze_database(const std::string& dsn) { PgConnection(dsn, 0).command("ANALYZE"); }

const std::vector<std::string>& shrinkable_tables() {
  static const std::vector<std::string> kShrinkable = {"series", "pyramid", "axis_chunk",
                                                       "log_chunk", "chunk"};
  return kShrinkable;
}

Shrunk shrink_table(const std::string& dsn, const std::string& table) {
  const auto& known = shrinkable_tables();
  if (std::find(known.begin(), known.end(), table) == known.end())
    throw Error(ErrorCode::kInvalidArgument, "table '" + table + "' is not one that is shrunk");
  PgConnection connection(dsn, 0);
  Shrunk out;
  out.before = connection.run(kTableSize, PgParams().text(table)).bigint(0, 0);
  connection.command("VACUUM (FULL, ANALYZE) " + table);
  out.after = connection.run(kTableSize, PgParams().text(table)).bigint(0, 0);
  return out;
}

}  // namespace tracker::storage
