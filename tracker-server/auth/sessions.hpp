#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/gate.hpp"
#include "auth/guard.hpp"

// Logging in and out, one's own password, and the link that lets the first admin in. Each change is
// one transaction with its entry of the audit log, durable when the call returns; the entry is a
// line of the log as well. Any thread; blocks on the database and for a computation of a password.
// Rules: docs/access.md. Errors: Error, in words for people; Error(kUnavailable) when the database
// is away.
namespace tracker::auth {

struct Login {
  std::string user, password;
};
// The secret of a new session, for its cookie. Throws Error: kUnauthenticated for a wrong name or
// password, in the same time and words; kResourceExhausted for too many; kUnavailable while others
// are looked at.
std::string log_in(Gate& gate, const Login& login, const Origin& from);
// Ends the session that the guard came with; nothing for a key.
void log_out(Gate& gate, const Guard& guard);

// One's own. Ends one's other sessions. Throws Error: kPermissionDenied for a wrong old one,
// kInvalidArgument for a new one that will not do, kResourceExhausted for too many wrong ones,
// kUnavailable while others are looked at.
struct PasswordChange {
  std::string old_password, new_password;
};
void change_password(Gate& gate, const Guard& guard, const PasswordChange& change);

// A one-time link's token, good for a day; absent once there are users. Only its SHA-256 is kept.
std::optional<std::string> make_first_start(Gate& gate);
// The first admin, and the secret of a session for them. Throws Error: kPermissionDenied for a
// token that is not good, kInvalidArgument for a name or password that will not do,
// kFailedPrecondition when another came first.
std::string use_first_start(Gate& gate, std::string_view token, const Login& login,
                            const Origin& from);

}  // namespace tracker::auth
