#pragma once

#include <optional>
#include <string>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "auth/keys.hpp"
#include "storage/accounts.hpp"

// Users: made, changed, let in again. That the caller may is the table of routes' business. Each
// call is one transaction with its entry of the audit log, durable when it returns; the entry is a
// line of the log as well. Any thread; blocks on the database and for a computation of a password.
// Rules: docs/access.md. Errors: Error, in words for people; Error(kUnavailable) when the database
// is away.
namespace tracker::auth {

// Throws Error: kInvalidArgument for what is no name, kNotFound.
storage::Account user_named(Gate& gate, const std::string& name);

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

// The user as it is then. Throws Error: kNotFound, kFailedPrecondition if no server admin would be
// left.
storage::Account change_user(Gate& gate, const Guard& guard, const std::string& name,
                             const storage::AccountChange& change);
// A new one that nobody chose; ends all sessions of the user.
std::string reset_password(Gate& gate, const Guard& guard, const std::string& name);

}  // namespace tracker::auth
