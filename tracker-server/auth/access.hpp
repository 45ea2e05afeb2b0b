#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "core/role.hpp"

// What a request needs, and who makes it (docs/access.md). Plain values.
namespace tracker::auth {

enum class Access {
  kPublic,        // nobody is asked who they are
  kSignedIn,      // anybody who is known; what is listed is what they may see
  kViewer,        // in the project that the request turns out to be about
  kWriter,        // likewise
  kProjectAdmin,  // likewise
  kServerAdmin,
};

// A row of a table of routes or methods holds one. It has no default: a row without it does not
// compile.
struct Needs {
  constexpr Needs(Access wanted) noexcept : access(wanted) {}  // NOLINT: a table reads better
  Access access;
};

// The role in a project that it stands for; absent for those that are about none.
constexpr std::optional<core::Role> role_of(Access access) noexcept {
  switch (access) {
    case Access::kViewer:
      return core::Role::kViewer;
    case Access::kWriter:
      return core::Role::kWriter;
    case Access::kProjectAdmin:
      return core::Role::kAdmin;
    default:
      return std::nullopt;
  }
}

// Who asks, as found out once a request.
struct Principal {
  enum class Kind {
    kNobody,  // not known: what is not public is refused
    kAnyone,  // not known, on a server that is open: everything is allowed
    kUser,
  } kind = Kind::kNobody;
  core::UserId user;
  std::string name;
  bool server_admin = false;             // of the user; see is_server_admin()
  std::string key;                       // id of the API key; empty for a session
  core::Role most = core::Role::kAdmin;  // a key may be narrowed to a role …
  std::optional<core::ProjectId> only;   // … and to a project
  std::string csrf;                      // of a session
  std::int64_t expires_us = std::numeric_limits<std::int64_t>::max();

  bool narrowed() const noexcept { return most != core::Role::kAdmin || only.has_value(); }
  // A narrowed key has none of its user's rights beyond projects.
  bool is_server_admin() const noexcept {
    return kind == Kind::kAnyone || (kind == Kind::kUser && server_admin && !narrowed());
  }
};

}  // namespace tracker::auth
