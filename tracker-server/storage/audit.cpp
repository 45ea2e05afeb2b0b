#include "storage/audit.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kAddEntry = R"sql(
  INSERT INTO audit (at_us, actor, key_id, address, request_id, action, target, detail)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql";
constexpr const char* kDropEntries = R"sql(
  DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE at_us < $1 ORDER BY at_us LIMIT 1000))sql";

}  // namespace

void record(PgConnection& connection, const AuditEntry& entry) {
  connection.run(kAddEntry, PgParams()
                                .bigint(entry.at_us)
                                .text(entry.actor)
                                .text(entry.key)
                                .text(entry.address)
                                .text(entry.request_id)
                                .text(entry.action)
                                .text(entry.target)
                                .text(entry.detail));
}

void record(Database& database, const AuditEntry& entry) { record(*database.pg(), entry); }

std::size_t drop_audit_before(Database& database, std::int64_t time_us) {
  return database.pg()->run(kDropEntries, PgParams().bigint(time_us)).affected();
}

}  // namespace tracker::storage
