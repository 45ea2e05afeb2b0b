#include "tables.hpp"

#include "storage/pg.hpp"

namespace tracker::bench {
namespace {

constexpr const char* kTables[] = {"chunk", "axis_chunk", "pyramid", "series", "series_group"};

}  // namespace

std::vector<TableBytes> table_bytes(storage::Database& database) {
  const auto connection = database.pg();
  std::vector<TableBytes> out;
  std::vector<std::string> statements;  // prepared by address: they outlive their use
  statements.reserve(2 * std::size(kTables));
  for (const std::string table : kTables) {
    statements.push_back(
        "SELECT pg_table_size('" + table + "') - coalesce(pg_total_relation_size(nullif(" +
        "reltoastrelid, 0)), 0), coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0), " +
        "pg_indexes_size('" + table + "') FROM pg_class WHERE oid = '" + table + "'::regclass");
    const storage::PgResult row = connection->run(statements.back().c_str());
    TableBytes bytes{table, row.bigint(0, 0), row.bigint(0, 1), row.bigint(0, 2), 0};
    if (!table.starts_with("series")) {
      statements.push_back(std::string("SELECT coalesce(sum(octet_length(payload") +
                           (table == "chunk" ? " || rest" : "") + ")), 0)::bigint FROM " + table);
      bytes.payload = connection->run(statements.back().c_str()).bigint(0, 0);
    }
    out.push_back(bytes);
  }
  return out;
}

void vacuum(storage::Database& database) {
  const auto connection = database.pg();
  for (const std::string table : kTables) connection->command("VACUUM " + table);
}

}  // namespace tracker::bench
