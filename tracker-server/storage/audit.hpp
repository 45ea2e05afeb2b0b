#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "storage/database.hpp"

// The log of who did what (docs/access.md, "Audit"). Append-only: the database refuses changes.
// Read by storage/audit_query.hpp.
// Errors: PgError.
namespace tracker::storage {

struct AuditEntry {
  std::int64_t at_us = 0;
  std::string actor;       // name of the user; empty for nobody in particular
  std::string key;         // id of the key they used; empty for a session
  std::string address;     // where they came from
  std::string request_id;  // as in the server's log
  std::string action;      // "project.share"
  std::string target;      // what it was done to: "imdb"
  std::string detail;      // "bob as viewer"
};

// In the transaction that is open on the connection, or on its own.
void record(PgConnection& connection, const AuditEntry& entry);
void record(Database& database, const AuditEntry& entry);

// Runs `body(connection)` and writes the entry in one transaction: neither is there without the
// other.
template <class Body>
auto audited(Database& database, const AuditEntry& entry, Body body) {
  const Database::PgLease connection = database.pg();
  PgTransaction transaction(*connection);
  if constexpr (std::is_void_v<decltype(body(*connection))>) {
    body(*connection);
    record(*connection, entry);
    transaction.commit();
  } else {
    auto result = body(*connection);
    record(*connection, entry);
    transaction.commit();
    return result;
  }
}

// Removes what is older, a part at a time; how many. The database keeps what is younger than 30
// days whatever is asked.
std::size_t drop_audit_before(Database& database, std::int64_t time_us);

}  // namespace tracker::storage
