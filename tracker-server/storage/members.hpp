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

// Teams and members of projects. Rules: docs/access.md. Each change is a transaction of its own,
// with its entry of the audit log. From any thread. Errors: Error(kNotFound | kAlreadyExists),
// PgError.
namespace tracker::storage {

// What is shared with a team, and in which role.
struct TeamProject {
  core::ProjectId id;
  std::string name;
  core::Role role = core::Role::kViewer;
};
struct Team {
  std::string name;
  std::vector<std::string> users;     // by name
  std::vector<TeamProject> projects;  // by name, without those that are deleted
};
std::vector<Team> list_teams(Database& database);  // by name, as of one moment
void make_team(Database& database, std::string_view name, const AuditEntry& entry);
void remove_team(Database& database, std::string_view name, const AuditEntry& entry);
// kNotFound for a team or a user that is not there; one who is in it already stays.
void join_team(Database& database, std::string_view team, std::string_view user,
               const AuditEntry& entry);
void leave_team(Database& database, std::string_view team, std::string_view user,
                const AuditEntry& entry);

// By name, without projects that are deleted. kNotFound for a team that is not there, and for one
// that `member`, if there is one, is not in.
std::vector<TeamProject> list_team_projects(Database& database, std::string_view team,
                                            std::optional<core::UserId> member);

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

}  // namespace tracker::storage
