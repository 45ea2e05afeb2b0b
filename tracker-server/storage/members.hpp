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

// Teams, members of projects, and API keys. Rules: docs/access.md. As storage/accounts.hpp.
namespace tracker::storage {

struct Team {
  std::string name;
  std::vector<std::string> users;  // by name
};
std::vector<Team> list_teams(Database& database);  // by name
void make_team(Database& database, std::string_view name, const AuditEntry& entry);
void remove_team(Database& database, std::string_view name, const AuditEntry& entry);
// kNotFound for a team or a user that is not there; one who is in it already stays.
void join_team(Database& database, std::string_view team, std::string_view user,
               const AuditEntry& entry);
void leave_team(Database& database, std::string_view team, std::string_view user,
                const AuditEntry& entry);

// Whom a project is shared with.
enum class MemberKind { kUser, kTeam };
struct Member {
  MemberKind kind = MemberKind::kUser;
  std::string name;
  core::Role role = core::Role::kViewer;
};
// Users first, each by name.
std::vector<Member> list_members(Database& database, core::ProjectId project);
// Sets the role of one who is a member already.
void share_project(Database& database, core::ProjectId project, const Member& member,
                   const AuditEntry& entry);
// kNotFound if it is not shared with them.
void unshare_project(Database& database, core::ProjectId project, MemberKind kind,
                     std::string_view name, const AuditEntry& entry);

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
// False if the id is taken: make another.
bool add_api_key(Database& database, const NewApiKey& key, const AuditEntry& entry);
// Of one user, or of whomever. kNotFound if there is no such key that is not revoked yet.
void revoke_api_key(Database& database, std::string_view id, std::optional<core::UserId> user,
                    const AuditEntry& entry);

}  // namespace tracker::storage
