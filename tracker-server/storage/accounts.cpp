#include "storage/accounts.hpp"

#include <array>

namespace tracker::storage {
namespace {

const std::string kSelect = R"sql(
  SELECT id, name, coalesce(password, ''), server_admin, disabled_us IS NOT NULL, created_us, last_login_us
  FROM account)sql";
const std::string kAll = kSelect + " ORDER BY name", kOne = kSelect + " WHERE name = $1";

// Whoever makes or changes accounts waits for the others: there is a first one, and a last admin.
constexpr const char* kLockAccounts = "LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE";
constexpr const char* kAddAccount = R"sql(
  INSERT INTO account (id, name, password, server_admin, created_us)
  SELECT gen_random_uuid(), $1, nullif($2, ''), $3 OR NOT EXISTS (SELECT 1 FROM account), $4
  ON CONFLICT (name) DO NOTHING RETURNING id)sql";
constexpr const char* kGoodLink = "SELECT 1 FROM first_start WHERE hash = $1 AND expires_us > $2";

constexpr const char* kSetPassword =
    "UPDATE account SET password = nullif($2, '') WHERE id = $1 RETURNING id";
constexpr const char* kEndOthers =
    "DELETE FROM browser_session WHERE account_id = $1 AND hash <> $2";

constexpr const char* kSetAdmin = "UPDATE account SET server_admin = $2 WHERE id = $1";
constexpr const char* kDisable =
    "UPDATE account SET disabled_us = coalesce(disabled_us, $2) WHERE id = $1";
constexpr const char* kEnable = "UPDATE account SET disabled_us = NULL WHERE id = $1";
constexpr const char* kAdminLeft =
    "SELECT 1 FROM account WHERE server_admin AND disabled_us IS NULL LIMIT 1";

constexpr const char* kAddSession = R"sql(
  INSERT INTO browser_session (hash, account_id, created_us, last_seen_us, expires_us, address)
  VALUES ($1, $2, $3, $3, $4, $5))sql";
constexpr const char* kOldSessions = "DELETE FROM browser_session WHERE expires_us <= $1";
constexpr const char* kLoggedIn = "UPDATE account SET last_login_us = $2 WHERE id = $1";

constexpr const char* kFail = R"sql(
  INSERT INTO login_failure AS f (bucket, level, at_us) VALUES ($1, 1, $2)
  ON CONFLICT (bucket) DO UPDATE
    SET level = greatest(0, f.level - greatest(0, $2 - f.at_us) / ($3::float8[])[1]) + 1, at_us = greatest(f.at_us, $2)
    WHERE f.level - greatest(0, $2 - f.at_us) / ($3::float8[])[1] < ($3::float8[])[2])sql";
constexpr const char* kTakeFailureBack =
    "UPDATE login_failure SET level = greatest(0, level - 1) WHERE bucket = $1";

core::UserId user_id(const PgResult& rows, std::size_t row) {
  return core::UserId(run_id_of(rows.bytes(row, 0)).uuid());
}

Account account(const PgResult& rows, std::size_t row) {
  Account out;
  out.id = user_id(rows, row);
  out.name = rows.bytes(row, 1);
  out.password = rows.bytes(row, 2);
  out.server_admin = rows.boolean(row, 3);
  out.disabled = rows.boolean(row, 4);
  out.created_us = rows.bigint(row, 5);
  if (!rows.is_null(row, 6)) out.last_login_us = rows.bigint(row, 6);
  return out;
}

void check_link(PgConnection& connection, std::string_view hash, std::int64_t now_us) {
  const auto good = connection.run(kGoodLink, PgParams().bytea(hash).bigint(now_us));
  if (good.rows() > 0) return;
  throw Error(ErrorCode::kPermissionDenied,
              "the link is not good any more: if there is no admin yet start the server again, it "
              "prints a new one");
}

void check_first(PgConnection& connection, const NewAccount& account, const AuditEntry& entry) {
  if (connection.run("SELECT 1 FROM account LIMIT 1").rows() > 0)
    throw Error(ErrorCode::kFailedPrecondition,
                "the first admin was made already: log in, or ask them for an account");
  if (!account.first_start.empty()) check_link(connection, account.first_start, entry.at_us);
}

void add_key(PgConnection& connection, core::UserId user, const std::optional<AccountKey>& wanted) {
  if (!wanted) return;
  NewApiKey key = wanted->key;
  key.user = user;
  if (!add_api_key(connection, key, wanted->entry))
    throw Error(ErrorCode::kUnavailable, "no free id was found for the key: try again");
}

void put_password(PgConnection& connection, core::UserId user, std::string_view password,
                  std::string_view keep_session) {
  connection.run(kSetPassword, PgParams().uuid(user.uuid().bytes).text(password));
  connection.run(kEndOthers, PgParams().uuid(user.uuid().bytes).bytea(keep_session));
}

}  // namespace

Error no_such_user(std::string_view name) {
  return {ErrorCode::kNotFound, "there is no user `" + std::string(name) + "`"};
}

std::vector<Account> list_accounts(Database& database) {
  const PgResult rows = database.pg()->run(kAll.c_str());
  std::vector<Account> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(account(rows, i));
  return out;
}

std::optional<Account> find_account(Database& database, std::string_view name) {
  const PgResult rows = database.pg()->run(kOne.c_str(), PgParams().text(name));
  return rows.rows() == 0 ? std::nullopt : std::optional(account(rows, 0));
}

core::UserId make_account(Database& database, const NewAccount& account, const AuditEntry& entry) {
  return audited(database, entry, [&](PgConnection& connection) {
    connection.command(kLockAccounts);
    if (account.only_as_first) check_first(connection, account, entry);
    const PgResult made = connection.run(kAddAccount, PgParams()
                                                          .text(account.name)
                                                          .text(account.password)
                                                          .boolean(account.server_admin ? 1 : 0)
                                                          .bigint(entry.at_us));
    if (made.rows() == 0)
      throw Error(ErrorCode::kAlreadyExists, "there is a user `" + account.name + "` already");
    connection.run("DELETE FROM first_start");
    add_key(connection, user_id(made, 0), account.key);
    return user_id(made, 0);
  });
}

void set_password(Database& database, core::UserId user, std::string_view password,
                  std::string_view keep_session, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    put_password(connection, user, password, keep_session);
  });
}

void rescue_account(Database& database, const Rescue& rescue, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    connection.command(kLockAccounts);
    const PgResult found = connection.run(kOne.c_str(), PgParams().text(rescue.name));
    if (found.rows() == 0) throw no_such_user(rescue.name);
    const core::UserId user = user_id(found, 0);
    const PgParams id = PgParams().uuid(user.uuid().bytes);
    connection.run(kEnable, id);
    if (rescue.server_admin)
      connection.run(kSetAdmin, PgParams().uuid(user.uuid().bytes).boolean(1));
    put_password(connection, user, rescue.password, {});
    add_key(connection, user, rescue.key);
  });
}

void change_account(Database& database, std::string_view name, const AccountChange& change,
                    const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    connection.command(kLockAccounts);
    const PgResult found = connection.run(kOne.c_str(), PgParams().text(name));
    if (found.rows() == 0) throw no_such_user(name);
    const core::UserId user = user_id(found, 0);
    const auto& id = user.uuid().bytes;
    if (change.server_admin)
      connection.run(kSetAdmin, PgParams().uuid(id).boolean(*change.server_admin ? 1 : 0));
    if (change.disabled && *change.disabled) {
      connection.run(kDisable, PgParams().uuid(id).bigint(entry.at_us));
      connection.run(kEndOthers, PgParams().uuid(id).bytea(""));
    }
    if (change.disabled && !*change.disabled) connection.run(kEnable, PgParams().uuid(id));
    if (connection.run(kAdminLeft).rows() == 0)
      throw Error(ErrorCode::kFailedPrecondition,
                  "that would leave no server admin: make another one first");
  });
}

void make_session(Database& database, const NewSession& session, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    const auto& user = session.user.uuid().bytes;
    connection.run(kOldSessions, PgParams().bigint(session.now_us));
    connection.run(kAddSession, PgParams()
                                    .bytea(session.hash)
                                    .uuid(user)
                                    .bigint(session.now_us)
                                    .bigint(session.expires_us)
                                    .text(session.address));
    connection.run(kLoggedIn, PgParams().uuid(user).bigint(session.now_us));
  });
}

void end_session(Database& database, std::string_view hash, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    connection.run("DELETE FROM browser_session WHERE hash = $1", PgParams().bytea(hash));
  });
}

void add_first_start(Database& database, std::string_view hash, std::int64_t expires_us) {
  database.pg()->run("INSERT INTO first_start (hash, expires_us) VALUES ($1, $2)",
                     PgParams().bytea(hash).bigint(expires_us));
}

void check_first_start(Database& database, std::string_view hash, std::int64_t now_us) {
  check_link(*database.pg(), hash, now_us);
}

bool add_failure(Database& database, const FailureBucket& bucket, std::int64_t now_us) {
  const std::array numbers{bucket.leak_us, bucket.most};
  return database.pg()
             ->run(kFail, PgParams().integer(bucket.number).bigint(now_us).float8s(numbers))
             .affected() > 0;
}

void take_failure_back(Database& database, const FailureBucket& bucket) {
  database.pg()->run(kTakeFailureBack, PgParams().integer(bucket.number));
}

}  // namespace tracker::storage
