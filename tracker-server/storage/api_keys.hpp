#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/role.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"

// API keys: what the database has of them, which is their hash. Rules: docs/access.md. Each change
// is a transaction of its own, with its entry of the audit log. From any thread. Errors:
// Error(kNotFound), PgError.
namespace tracker::storage {

struct ApiKey {
  std::string id, user, name;
  core::Role role = core::Role::kAdmin;  // at most
  std::optional<std::string> project{};  // at most there
  std::int64_t created_us = 0;
  std::optional<std::int64_t> expires_us{}, revoked_us{}, last_used_us{};
  std::string last_used_from{};
};
// Newest first, 1,000 at most; of one user, or of all.
std::vector<ApiKey> list_api_keys(Database& database, std::optional<core::UserId> user);
struct NewApiKey {
  std::string id, hash;
  core::UserId user;
  std::string name;
  core::Role role = core::Role::kAdmin;
  std::optional<core::ProjectId> project{};
  std::optional<std::int64_t> expires_us{};
};
// False if the id is taken: make another. In the transaction that is open on the connection, or in
// one of its own.
bool add_api_key(PgConnection& connection, const NewApiKey& key, const AuditEntry& entry);
bool add_api_key(Database& database, const NewApiKey& key, const AuditEntry& entry);
// Of one user, or of whomever. kNotFound if there is no such key that is not revoked yet.
void revoke_api_key(Database& database, std::string_view id, std::optional<core::UserId> user,
                    const AuditEntry& entry);

}  // namespace tracker::storage
