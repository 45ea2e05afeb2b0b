#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/accounts.hpp"

// What people do with users, keys, sessions and members: checks, then one transaction with its
// entry of the audit log. Rules: docs/access.md. Blocks. Errors: Error, in words for people.
namespace tracker::auth {

// 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit. Throws Error(kInvalidArgument).
void check_name(std::string_view what, std::string_view name);

struct Login {
  std::string user, password;
};
// The secret of a new session, for its cookie. Throws Error: kUnauthenticated for a wrong name or
// password, in the same time and words; kResourceExhausted for too many; kUnavailable while others
// are looked at.
std::string log_in(Gate& gate, const Login& login, const Origin& from);
void log_out(Gate& gate, const Guard& guard);

// One's own. Ends one's other sessions. Throws Error: kPermissionDenied for a wrong old one,
// kInvalidArgument for a new one that will not do, kResourceExhausted for too many wrong ones,
// kUnavailable while others are looked at.
struct PasswordChange {
  std::string old_password, new_password;
};
void change_password(Gate& gate, const Guard& guard, const PasswordChange& change);

// A one-time link's token, good for a day; absent once there are users.
std::optional<std::string> make_first_start(Gate& gate);
// The first admin, and a session for them.
std::string use_first_start(Gate& gate, std::string_view token, const Login& login,
                            const Origin& from);

struct KeyWish {
  std::string name;
  core::Role role = core::Role::kAdmin;  // at most
  std::optional<core::ProjectId> project{};
  std::optional<std::int64_t> lifetime_s{};  // absent: does not expire
};
struct IssuedKey {
  std::string id, text;
};
IssuedKey issue_key(Gate& gate, const Guard& guard, const storage::Account& user,
                    const KeyWish& wish);

struct MadeUser {
  std::string password;  // when none was wished for; else empty
  std::optional<IssuedKey> key;
};
struct UserWish {
  std::string name{}, password{};  // an empty one is made
  bool server_admin = false, with_key = false;
};
// With the key, or nothing. Throws Error: kAlreadyExists, kInvalidArgument for a name or password
// that will not do, kPermissionDenied for a caller who may not make the key.
MadeUser make_user(Gate& gate, const Guard& guard, const UserWish& wish);

// For who is on the server's machine and may read its database anyway: makes the user, or gives one
// that is there a new password, lets them in again and, if wished for, makes them a server admin:
// all of it or nothing. Throws as make_user().
MadeUser rescue_user(Gate& gate, const UserWish& wish);

}  // namespace tracker::auth
