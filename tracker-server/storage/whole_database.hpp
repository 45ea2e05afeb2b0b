#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/pg.hpp"

// The database as a whole, for backup and restore and for giving room back. Each takes a connection
// of its own, without a statement timeout. Errors: PgError, Error(kUnavailable).
namespace tracker::storage {

using TableCounts = std::map<std::string, std::int64_t>;  // rows

// One moment of the database that another program (pg_dump) can read while this object lives. It
// holds off the truncation of the ring of frames, which no snapshot survives; frames gather
// meanwhile. One at a time on a database: Error(kFailedPrecondition) when there is another one.
class ExportedSnapshot {
 public:
  explicit ExportedSnapshot(const std::string& dsn);

  const std::string& id() const noexcept { return id_; }
  // Of all tables, at this moment.
  TableCounts counts();
  int schema_version();  // 0: no database of ours
  int server_major();
  std::int64_t bytes();

 private:
  PgConnection connection_;
  std::string id_;
};

TableCounts count_tables(const std::string& dsn);
// Are there no tables, views or sequences?
bool is_empty_database(const std::string& dsn);
int server_major(const std::string& dsn);
// Statistics for the planner, which a restore does not bring.
void analyze_database(const std::string& dsn);

// Writes one of the tables that may be shrunk anew, without the room that removed rows left. It is
// locked meanwhile.
const std::vector<std::string>& shrinkable_tables();
struct Shrunk {
  std::int64_t before = 0, after = 0;  // bytes, with indexes
};
Shrunk shrink_table(const std::string& dsn, const std::string& table);

}  // namespace tracker::storage
