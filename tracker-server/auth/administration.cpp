#include "auth/administration.hpp"

#include <fmt/format.h>

#include <tracker/error.hpp>

#include "auth/accounts.hpp"
#include "auth/audit.hpp"
#include "auth/password.hpp"
#include "base/utf8.hpp"

namespace tracker::auth {
namespace {

storage::Account found(Gate& gate, const std::string& name) {
  check_name("user", name);
  auto account = storage::find_account(gate.database(), name);
  if (!account) throw storage::no_such_user(name);
  return *std::move(account);
}

std::string_view kind_of(const storage::Member& member) {
  return member.kind == storage::MemberKind::kTeam ? "team" : "user";
}

Error not_yours() {
  return {ErrorCode::kPermissionDenied, "only server admins may do this with the keys of others"};
}

}  // namespace

storage::Account change_user(Gate& gate, const Guard& guard, const std::string& name,
                             const storage::AccountChange& change) {
  check_name("user", name);
  std::string detail;
  if (change.server_admin) detail = *change.server_admin ? "server admin" : "no server admin";
  if (change.disabled) {
    detail.append(detail.empty() ? "" : ", ");
    detail.append(*change.disabled ? "disabled" : "enabled");
  }
  const auto entry = entry_of(guard, gate.clock(), "user.change", name, detail);
  storage::change_account(gate.database(), name, change, entry);
  say(entry);
  return found(gate, name);
}

std::string reset_password(Gate& gate, const Guard& guard, const std::string& name) {
  const auto account = found(gate, name);
  const auto password = make_password();
  const auto entry = entry_of(guard, gate.clock(), "user.password", name, "reset");
  storage::set_password(gate.database(), account.id, hash_password(password), {}, entry);
  say(entry);
  return password;
}

std::vector<storage::ApiKey> list_keys(Gate& gate, Guard& guard, const KeyOwner& of) {
  const auto& who = guard.who();
  const bool own = !of.everybody && (!of.user || *of.user == who.name);
  if (!own && !who.is_server_admin()) throw not_yours();
  std::optional<core::UserId> user;
  if (of.user)
    user = found(gate, *of.user).id;
  else if (own && who.kind == Principal::Kind::kUser)
    user = who.user;
  auto keys = storage::list_api_keys(gate.database(), user);
  if (who.narrowed()) std::erase_if(keys, [&](const auto& key) { return key.id != who.key; });
  return keys;
}

void revoke_key(Gate& gate, Guard& guard, const std::string& id) {
  const auto& who = guard.who();
  if (who.narrowed() && id != who.key) throw not_yours();
  if (!base::is_text(id)) throw Error(ErrorCode::kNotFound, "there is no such key");
  const auto of = who.is_server_admin() ? std::nullopt : std::optional<core::UserId>(who.user);
  const auto entry = entry_of(guard, gate.clock(), "key.revoke", id);
  storage::revoke_api_key(gate.database(), id, of, entry);
  say(entry);
}

storage::Account owner_of_new_key(Gate& gate, const Guard& guard,
                                  const std::optional<std::string>& user) {
  const auto& who = guard.who();
  if (user && *user != who.name && !who.is_server_admin()) throw not_yours();
  if (!user && who.kind != Principal::Kind::kUser)
    throw Error(ErrorCode::kInvalidArgument, "say whose key it is to be: name a user");
  return found(gate, user.value_or(who.name));
}

void share(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
           const storage::Member& member) {
  check_name(kind_of(member), member.name);
  const auto entry = entry_of(
      guard, gate.clock(), "project.share", name,
      fmt::format("{} {} as {}", kind_of(member), member.name, core::to_text(member.role)));
  storage::share_project(gate.database(), project, member, entry);
  say(entry);
}

void unshare(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
             const storage::Member& member) {
  check_name(kind_of(member), member.name);
  const auto entry = entry_of(guard, gate.clock(), "project.unshare", name,
                              fmt::format("{} {}", kind_of(member), member.name));
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
