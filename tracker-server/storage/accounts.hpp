#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/role.hpp"
#include "storage/api_keys.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"

// Users, their sessions, and failed logins. Rules: docs/access.md. Each function is a transaction
// of its own, with its entry of the audit log. Errors: Error(kNotFound | kAlreadyExists |
// kFailedPrecondition), PgError.
namespace tracker::storage {

struct Account {
  core::UserId id;
  std::string name;
  std::string password;  // argon2id in PHC form; empty: none
  bool server_admin = false, disabled = false;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> last_login_us;
};
// By name.
std::vector<Account> list_accounts(Database& database);
std::optional<Account> find_account(Database& database, std::string_view name);
// kNotFound, in the words that all use for it.
Error no_such_user(std::string_view name);

// A key that an account gets in the transaction that makes or rescues it; `key.user` is left out.
struct AccountKey {
  NewApiKey key;
  AuditEntry entry;
};

struct NewAccount {
  std::string name, password;
  bool server_admin = false;
  // kFailedPrecondition if there is an account already: of several that come at once one wins.
  bool only_as_first = false;
  // With `only_as_first`: SHA-256 of the one-time link, which must be good at `entry.at_us`.
  std::string first_start{};
  std::optional<AccountKey> key{};
};
// The first account is a server admin whatever is asked. kAlreadyExists for a name that is taken,
// kUnavailable when the key's id is.
core::UserId make_account(Database& database, const NewAccount& account, const AuditEntry& entry);

// Ends the user's sessions but the one with this hash.
void set_password(Database& database, core::UserId user, std::string_view password,
                  std::string_view keep_session, const AuditEntry& entry);

// What is absent stays. Disabling ends sessions. kFailedPrecondition if no server admin would be
// left.
struct AccountChange {
  std::optional<bool> server_admin{}, disabled{};
};
void change_account(Database& database, std::string_view name, const AccountChange& change,
                    const AuditEntry& entry);

// A new password, enabled, all sessions ended, and if wished for a server admin, with a key.
// kNotFound for an account that is not there, kUnavailable when the key's id is taken.
struct Rescue {
  std::string name, password;
  bool server_admin = false;
  std::optional<AccountKey> key{};
};
void rescue_account(Database& database, const Rescue& rescue, const AuditEntry& entry);

struct NewSession {
  std::string hash;
  core::UserId user;
  std::int64_t now_us = 0, expires_us = 0;
  std::string address;
};
// Removes those of everybody that have run out as well.
void make_session(Database& database, const NewSession& session, const AuditEntry& entry);
void end_session(Database& database, std::string_view hash, const AuditEntry& entry);

// SHA-256 of a one-time link for the first admin.
void add_first_start(Database& database, std::string_view hash, std::int64_t expires_us);

// kPermissionDenied if it is not good, or there are users already.
void check_first_start(Database& database, std::string_view hash, std::int64_t now_us);

// Leaky buckets of failed logins: the level falls by one each `leak_us`.
struct FailureBucket {
  std::int32_t number = 0;
  double leak_us = 0;
  double most = 0;  // failures for which there is room
};
// Counts one more; false if there is no room, and nothing is counted. However many come at once, no
// more are counted than there is room for.
bool add_failure(Database& database, const FailureBucket& bucket, std::int64_t now_us);
// One that was counted was none.
void take_failure_back(Database& database, const FailureBucket& bucket);

}  // namespace tracker::storage
