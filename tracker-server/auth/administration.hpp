#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/accounts.hpp"
#include "storage/api_keys.hpp"
#include "storage/members.hpp"

// What admins do with users, teams, keys and members: each is one transaction with its entry of the
// audit log. That the caller may is the table of routes' business, but for keys, which are their
// owner's too. Rules: docs/access.md. Blocks. Errors: Error, in words for people.
namespace tracker::auth {

// The user as it is then.
storage::Account change_user(Gate& gate, const Guard& guard, const std::string& name,
                             const storage::AccountChange& change);
// A new one that nobody chose; ends all sessions of the user.
std::string reset_password(Gate& gate, const Guard& guard, const std::string& name);

// Whose keys: one's own, or with the rights of a server admin somebody's or everybody's. A key that
// is narrowed sees and revokes itself alone.
struct KeyOwner {
  std::optional<std::string> user{};  // absent: the caller
  bool everybody = false;
};
std::vector<storage::ApiKey> list_keys(Gate& gate, Guard& guard, const KeyOwner& of);
void revoke_key(Gate& gate, Guard& guard, const std::string& id);
// For whom a key is made: kPermissionDenied for somebody else without the rights, kInvalidArgument
// on a server that asks for no login, unless one is named.
storage::Account owner_of_new_key(Gate& gate, const Guard& guard,
                                  const std::optional<std::string>& user);

void share(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
           const storage::Member& member);
void unshare(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
             const storage::Member& member);

void make_team(Gate& gate, const Guard& guard, const std::string& name);
void remove_team(Gate& gate, const Guard& guard, const std::string& name);
void join_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user);
void leave_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user);

}  // namespace tracker::auth
