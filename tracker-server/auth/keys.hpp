#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/accounts.hpp"
#include "storage/api_keys.hpp"

// API keys: their owner's, and all of them a server admin's. Each change is one transaction with
// its entry of the audit log, durable when the call returns; the entry is a line of the log as
// well. Any thread; blocks on the database. Rules: docs/access.md. Errors: Error, in words for
// people; Error(kUnavailable) when the database is away.
namespace tracker::auth {

struct KeyWish {
  std::string name;
  core::Role role = core::Role::kAdmin;  // at most
  std::optional<core::ProjectId> project{};
  std::optional<std::int64_t> lifetime_s{};  // absent: does not expire
};
struct IssuedKey {
  std::string id, text;  // the text is shown once, and kept by nobody
};
// Throws Error: kInvalidArgument for a name or lifetime that will not do, kPermissionDenied for a
// caller with a narrowed key, or with one that ends before the new one.
IssuedKey issue_key(Gate& gate, const Guard& guard, const storage::Account& user,
                    const KeyWish& wish);

// A key that is not stored yet, for who stores it with something else; its owner is left out.
// Throws as issue_key().
struct PreparedKey {
  storage::AccountKey row;
  IssuedKey issued;
};
PreparedKey prepare_key(Gate& gate, const Guard& guard, const std::string& user,
                        const KeyWish& wish);

// Whose keys: one's own, or with the rights of a server admin somebody's or everybody's. A key that
// is narrowed sees and revokes itself alone.
struct KeyOwner {
  std::optional<std::string> user{};  // absent: the caller
  bool everybody = false;
};
// Throws Error: kPermissionDenied, kNotFound for a user who is not there.
std::vector<storage::ApiKey> list_keys(Gate& gate, Guard& guard, const KeyOwner& of);
// Throws Error: kPermissionDenied for a narrowed key that is not the one, kNotFound for what is no
// key that the caller may revoke.
void revoke_key(Gate& gate, Guard& guard, const std::string& id);
// For whom a key is made: kPermissionDenied for somebody else without the rights, kInvalidArgument
// on a server that asks for no login, unless one is named.
storage::Account owner_of_new_key(Gate& gate, const Guard& guard,
                                  const std::optional<std::string>& user);

}  // namespace tracker::auth
