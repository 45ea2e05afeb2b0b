#include "storage/audit.hpp"

#include <limits>

namespace tracker::storage {
namespace {

constexpr const char* kAddEntry = R"sql(
  INSERT INTO audit (at_us, actor, key_id, address, request_id, action, target, detail)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql";
constexpr const char* kListEntries = R"sql(
  SELECT no, at_us, actor, key_id, address, request_id, action, target, detail FROM audit
  WHERE no < $1 ORDER BY no DESC LIMIT $2)sql";
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

std::vector<AuditRow> list_audit(Database& database, std::optional<std::int64_t> before,
                                 std::int64_t limit) {
  const PgResult rows = database.pg()->run(
      kListEntries,
      PgParams().bigint(before.value_or(std::numeric_limits<std::int64_t>::max())).bigint(limit));
  std::vector<AuditRow> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto text = [&](int column) { return std::string(rows.bytes(i, column)); };
    out.push_back(
        {rows.bigint(i, 0),
         {rows.bigint(i, 1), text(2), text(3), text(4), text(5), text(6), text(7), text(8)}});
  }
  return out;
}

std::size_t drop_audit_before(Database& database, std::int64_t time_us) {
  return database.pg()->run(kDropEntries, PgParams().bigint(time_us)).affected();
}

}  // namespace tracker::storage
