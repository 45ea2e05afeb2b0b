#include "storage/access.hpp"

#include <algorithm>
#include <limits>

#include "base/utf8.hpp"
#include "core/time.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kNoteEveryUs = core::kMinuteUs;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// The first columns of what credential() reads; the others are the key's or the session's.
const std::string kUser = "SELECT a.id, a.name, a.server_admin, ";
const std::string kKey =
    kUser + R"sql(k.hash, k.role::integer, k.project_id, coalesce(k.expires_us, $3),
         coalesce(k.last_used_us, 0)
  FROM api_key k JOIN account a ON a.id = k.account_id
  WHERE k.id = $1 AND k.revoked_us IS NULL AND a.disabled_us IS NULL AND coalesce(k.expires_us, $3) > $2)sql";
constexpr const char* kKeyUsed =
    "UPDATE api_key SET last_used_us = $2, last_used_from = $3 WHERE id = $1";

const std::string kSessionOwner = kUser + R"sql(s.hash, 3, NULL::uuid, s.expires_us, s.last_seen_us
  FROM browser_session s JOIN account a ON a.id = s.account_id
  WHERE s.hash = $1 AND s.expires_us > $2 AND s.last_seen_us > $2 - $3 AND a.disabled_us IS NULL)sql";
constexpr const char* kSessionUsed = "UPDATE browser_session SET last_seen_us = $2 WHERE hash = $1";

constexpr const char* kRoles = R"sql(
  SELECT project_id, max(role)::integer FROM project_member
  WHERE account_id = $1 OR team_id IN (SELECT team_id FROM team_member WHERE account_id = $1)
  GROUP BY project_id)sql";

Credential credential(const PgResult& rows) {
  Credential out;
  out.user = core::UserId(uuid_of(rows.bytes(0, 0)));
  out.name = rows.bytes(0, 1);
  out.server_admin = rows.boolean(0, 2);
  out.hash = rows.bytes(0, 3);
  out.most = static_cast<core::Role>(rows.integer(0, 4));
  if (!rows.is_null(0, 5)) out.project = core::ProjectId(uuid_of(rows.bytes(0, 5)));
  out.expires_us = rows.bigint(0, 6);
  out.last_used_us = rows.bigint(0, 7);
  return out;
}

bool to_be_noted(const Credential& found, const Use& use) {
  return found.last_used_us + kNoteEveryUs <= use.now_us;
}

}  // namespace

std::optional<Credential> find_key(Database& database, std::string_view id, std::int64_t now_us) {
  const PgResult rows =
      database.pg()->run(kKey.c_str(), PgParams().text(id).bigint(now_us).bigint(kNever));
  if (rows.rows() == 0) return std::nullopt;
  return credential(rows);
}

void note_use_of_key(Database& database, std::string_view id, const Credential& key,
                     const Use& use) {
  if (to_be_noted(key, use))
    database.pg()->run(kKeyUsed, PgParams().text(id).bigint(use.now_us).text(use.address));
}

std::optional<Credential> find_session(Database& database, std::string_view hash, const Use& use,
                                       std::int64_t idle_us) {
  const Database::PgLease connection = database.pg();
  const PgResult rows = connection->run(kSessionOwner.c_str(),
                                        PgParams().bytea(hash).bigint(use.now_us).bigint(idle_us));
  if (rows.rows() == 0) return std::nullopt;
  auto found = credential(rows);
  if (to_be_noted(found, use))
    connection->run(kSessionUsed, PgParams().bytea(hash).bigint(use.now_us));
  return found;
}

bool has_accounts(Database& database) {
  return database.pg()->run("SELECT 1 FROM account LIMIT 1").rows() > 0;
}

std::int64_t access_version(Database& database) {
  return database.pg()->run("SELECT version FROM access_version").bigint(0, 0);
}

std::map<core::ProjectId, core::Role> roles_of(Database& database, core::UserId user) {
  const PgResult rows = database.pg()->run(kRoles, PgParams().uuid(user.uuid().bytes));
  std::map<core::ProjectId, core::Role> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.emplace(core::ProjectId(uuid_of(rows.bytes(i, 0))),
                static_cast<core::Role>(rows.integer(i, 1)));
  return out;
}

std::optional<core::ProjectId> find_any_project(Database& database, std::string_view name) {
  if (!base::is_text(name)) return std::nullopt;  // PostgreSQL would call it an error
  const PgResult rows =
      database.pg()->run("SELECT id FROM project WHERE name = $1", PgParams().text(name));
  if (rows.rows() == 0) return std::nullopt;
  return core::ProjectId(uuid_of(rows.bytes(0, 0)));
}

std::unordered_map<core::RunId, core::ProjectId> projects_of(Database& database,
                                                             std::span<const core::RunId> runs) {
  const PgResult rows = database.pg()->run("SELECT id, project_id FROM run WHERE id = ANY($1)",
                                           PgParams().uuids(runs));
  std::unordered_map<core::RunId, core::ProjectId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.emplace(run_id_of(rows.bytes(i, 0)), core::ProjectId(uuid_of(rows.bytes(i, 1))));
  return out;
}

}  // namespace tracker::storage
