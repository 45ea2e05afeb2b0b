#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/ids.hpp"
#include "core/role.hpp"
#include "storage/database.hpp"

// Who may do what, as requests ask it: reads, one statement each. Rules: docs/access.md. From any
// thread. Errors: PgError, Error(kUnavailable).
namespace tracker::storage {

// The user behind a key or session that is good at `now_us`: not expired, revoked or disabled.
struct Credential {
  core::UserId user;
  std::string name;
  bool server_admin = false;
  std::string hash;  // SHA-256, 32 bytes, of what was issued
  core::Role most = core::Role::kAdmin;
  std::optional<core::ProjectId> project{};
  std::int64_t expires_us = 0;    // the largest number: never
  std::int64_t last_used_us = 0;  // 0: never
};

// By the id that everybody may know: whoever asks compares the hash, and notes a use only then.
std::optional<Credential> find_key(Database& database, std::string_view id, std::int64_t now_us);
// A use is noted at most once a minute.
struct Use {
  std::int64_t now_us = 0;
  std::string_view address;
};
void note_use_of_key(Database& database, std::string_view id, const Credential& key,
                     const Use& use);
// By the SHA-256 of its cookie; `idle_us` without a use end it.
std::optional<Credential> find_session(Database& database, std::string_view hash, const Use& use,
                                       std::int64_t idle_us);

// False on a server that nobody has an account on yet.
bool has_accounts(Database& database);

// Rises with each change of anybody's rights, after it is committed.
std::int64_t access_version(Database& database);

// All projects in which the user has a role, by themselves or through a team; the highest counts.
std::map<core::ProjectId, core::Role> roles_of(Database& database, core::UserId user);

// Deleted ones too.
std::optional<core::ProjectId> find_any_project(Database& database, std::string_view name);
// Of runs that are there, deleted or not.
std::unordered_map<core::RunId, core::ProjectId> projects_of(Database& database,
                                                             std::span<const core::RunId> runs);

}  // namespace tracker::storage
