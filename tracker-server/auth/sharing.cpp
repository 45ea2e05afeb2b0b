#include "auth/sharing.hpp"

#include <fmt/format.h>

#include <string_view>

#include "auth/audit.hpp"
#include "auth/names.hpp"

namespace tracker::auth {
namespace {

std::string_view member_kind_name(const storage::Member& member) {
  return member.kind == storage::MemberKind::kTeam ? "team" : "user";
}

}  // namespace

void share(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
           const storage::Member& member) {
  check_name(member_kind_name(member), member.name);
  const auto entry = entry_of(guard, gate.clock(), "project.share", name,
                              fmt::format("{} {} as {}", member_kind_name(member), member.name,
                                          core::to_text(member.role)));
  storage::share_project(gate.database(), project, member, entry);
  say(entry);
}

void unshare(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
             const storage::Member& member) {
  check_name(member_kind_name(member), member.name);
  const auto entry = entry_of(guard, gate.clock(), "project.unshare", name,
                              fmt::format("{} {}", member_kind_name(member), member.name));
  storage::unshare_project(gate.database(), project, member.kind, member.name, entry);
  say(entry);
}

void make_team(Gate& gate, const Guard& guard, const std::string& name) {
  check_name("team", name);
  const auto entry = entry_of(guard, gate.clock(), "team.create", name);
  storage::make_team(gate.database(), name, entry);
  say(entry);
}

void remove_team(Gate& gate, const Guard& guard, const std::string& name) {
  check_name("team", name);
  const auto entry = entry_of(guard, gate.clock(), "team.remove", name);
  storage::remove_team(gate.database(), name, entry);
  say(entry);
}

void join_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user) {
  check_name("team", team);
  check_name("user", user);
  const auto entry = entry_of(guard, gate.clock(), "team.join", team, user);
  storage::join_team(gate.database(), team, user, entry);
  say(entry);
}

void leave_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user) {
  check_name("team", team);
  check_name("user", user);
  const auto entry = entry_of(guard, gate.clock(), "team.leave", team, user);
  storage::leave_team(gate.database(), team, user, entry);
  say(entry);
}

}  // namespace tracker::auth
