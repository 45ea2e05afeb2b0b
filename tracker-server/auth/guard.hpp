#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access.hpp"
#include "core/ids.hpp"
#include "storage/database.hpp"

// The rights of one request: who asks, and what the route needs. Handlers show it what they are
// about, before they read or change anything. What the caller may not see is kNotFound, in the
// words for what is not there; what they may see and not do is kPermissionDenied.
namespace tracker::auth {

// Where a request came from, for the log of who did what.
struct Origin {
  std::string address;  // of the client, without port
  std::string request_id;
};

// What a request says of who makes it. A key wins over a session.
struct Claim {
  std::string key;      // of `Authorization: Bearer …`
  std::string session;  // of the cookie
};

class Guard {
 public:
  // `database` must outlive it. One thread at a time.
  Guard(storage::Database& database, Claim claim, Principal principal, Needs needs, Origin origin);

  const Principal& who() const noexcept { return who_; }
  const Origin& from() const noexcept { return from_; }

  // The project of that name, deleted or not. kNotFound in query::project_named's words.
  core::ProjectId project(std::string_view name);
  // For what makes the project if it is not there: nothing then. kPermissionDenied where the caller
  // may not write to it or make it, in words that do not tell which: names are unique on a server,
  // so one that is taken cannot be hidden.
  std::optional<core::ProjectId> project_to_write(std::string_view name);
  // For what belongs to a project that the caller may not know; `absent` is what is said then.
  void project(core::ProjectId id, const std::string& absent);
  // A run by its id, deleted or not.
  void run(core::RunId id);
  // By "project/name" or id: `resolve` finds the run, once the project may be seen.
  template <class Resolve>
  core::RunId run(std::string_view text, Resolve resolve) {
    before_resolving(text);
    const core::RunId id = resolve(text);
    run(id);
    return id;
  }
  // Those of them that may be seen; who sees everything gets all, unknown ones too.
  std::vector<core::RunId> visible(std::span<const core::RunId> runs);
  // Shows that all is well without a look: for what lists by sees() alone.
  bool sees(core::ProjectId id);
  // Likewise by name; who sees everything may name what is not there yet.
  bool sees_named(std::string_view name);
  // The caller's role in the project, as far as the key goes.
  std::optional<core::Role> role_in(core::ProjectId id);

  // Who it is and what they have, to compare: tells whether something has changed.
  struct Rights {
    Principal::Kind kind = Principal::Kind::kNobody;
    bool sees_all = false;
    std::map<core::ProjectId, core::Role> roles;
    bool operator==(const Rights&) const = default;
  };
  Rights rights();
  // As it came; for auth::Watch.
  const Claim& claim() const noexcept { return claim_; }

  // What is asked for is not there, and nothing is told but that.
  void nothing_there() noexcept { shown_ = true; }
  // Has a handler of a route that needs a role in a project shown which?
  bool satisfied() const noexcept { return !role_of(needs_.access) || shown_; }

 private:
  bool sees_all() const noexcept;
  void before_resolving(std::string_view text);
  const std::map<core::ProjectId, core::Role>& roles();

  storage::Database& database_;
  const Claim claim_;
  const Principal who_;
  const Needs needs_;
  const Origin from_;
  std::optional<std::map<core::ProjectId, core::Role>> roles_;  // once they were asked for
  bool shown_ = false;
};

}  // namespace tracker::auth
