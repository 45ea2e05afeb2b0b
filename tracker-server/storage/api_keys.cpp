#include "storage/api_keys.hpp"

namespace tracker::storage {
namespace {

// The nil UUID stands for everybody, and for no project.
constexpr const char* kListApiKeys = R"sql(
  SELECT k.id, a.name, k.name, k.role::integer, coalesce(p.name, ''), k.created_us, k.expires_us, k.revoked_us,
         k.last_used_us, k.last_used_from
  FROM api_key k JOIN account a ON a.id = k.account_id LEFT JOIN project p ON p.id = k.project_id
  WHERE $1 = '00000000-0000-0000-0000-000000000000'::uuid OR k.account_id = $1
  ORDER BY k.created_us DESC, k.id LIMIT 1000)sql";
constexpr const char* kAddKey = R"sql(
  INSERT INTO api_key (id, hash, account_id, name, role, project_id, created_us, expires_us)
  VALUES ($1, $2, $3, $4, $5, nullif($6, '00000000-0000-0000-0000-000000000000'::uuid), $7, $8)
  ON CONFLICT (id) DO NOTHING)sql";
constexpr const char* kRevoke = R"sql(
  UPDATE api_key SET revoked_us = $3 WHERE id = $1 AND revoked_us IS NULL
    AND ($2 = '00000000-0000-0000-0000-000000000000'::uuid OR account_id = $2))sql";

std::optional<std::int64_t> time_at(const PgResult& rows, std::size_t row, int column) {
  return rows.is_null(row, column) ? std::nullopt : std::optional(rows.bigint(row, column));
}

}  // namespace

std::vector<ApiKey> list_api_keys(Database& database, std::optional<core::UserId> user) {
  const PgResult rows =
      database.pg()->run(kListApiKeys, PgParams().uuid(user.value_or(core::UserId()).uuid().bytes));
  std::vector<ApiKey> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    ApiKey key;
    key.id = rows.bytes(i, 0);
    key.user = rows.bytes(i, 1);
    key.name = rows.bytes(i, 2);
    key.role = static_cast<core::Role>(rows.integer(i, 3));
    if (!rows.bytes(i, 4).empty()) key.project = std::string(rows.bytes(i, 4));
    key.created_us = rows.bigint(i, 5);
    key.expires_us = time_at(rows, i, 6);
    key.revoked_us = time_at(rows, i, 7);
    key.last_used_us = time_at(rows, i, 8);
    key.last_used_from = rows.bytes(i, 9);
    out.push_back(std::move(key));
  }
  return out;
}

bool add_api_key(PgConnection& connection, const NewApiKey& key, const AuditEntry& entry) {
  PgParams params;
  params.text(key.id)
      .bytea(key.hash)
      .uuid(key.user.uuid().bytes)
      .text(key.name)
      .smallint(static_cast<std::int16_t>(key.role))
      .uuid(key.project.value_or(core::ProjectId()).uuid().bytes)
      .bigint(entry.at_us);
  if (key.expires_us)
    params.bigint(*key.expires_us);
  else
    params.null_bigint();
  if (connection.run(kAddKey, params).affected() == 0) return false;
  record(connection, entry);
  return true;
}

bool add_api_key(Database& database, const NewApiKey& key, const AuditEntry& entry) {
  const Database::PgLease connection = database.pg();
  PgTransaction transaction(*connection);
  if (!add_api_key(*connection, key, entry)) return false;
  transaction.commit();
  return true;
}

void revoke_api_key(Database& database, std::string_view id, std::optional<core::UserId> user,
                    const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    const auto gone = connection.run(
        kRevoke,
        PgParams().text(id).uuid(user.value_or(core::UserId()).uuid().bytes).bigint(entry.at_us));
    if (gone.affected() == 0)
      throw Error(ErrorCode::kNotFound,
                  "there is no key `" + std::string(id) + "`: see `tracker keys ls`");
  });
}

}  // namespace tracker::storage
