#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/gate.hpp"
#include "auth/watch.hpp"
#include "ingest/session.hpp"
#include "storage/streams.hpp"

// May a stream write to its project, and may it still (docs/access.md)?
namespace tracker::ingest {

class Admission {
 public:
  // Both or none; without them everybody may write. They must outlive it.
  Admission(auth::Gate* gate, auth::Watch* watch) noexcept : gate_(gate), watch_(watch) {}

  // Who may write to the project, or make it. Throws Error: kUnauthenticated, kPermissionDenied
  // (also where the project is one that the caller may not know of), kUnavailable.
  auth::Principal admit(const Session& session, storage::Registration& registration) const;

  // From now on the stream is refused when its rights go.
  void keep(const std::shared_ptr<Session>& session, const auth::Principal& who,
            core::ProjectId project) const;

 private:
  auth::Gate* gate_;
  auth::Watch* watch_;
};

// What a client is told of an Error of admit().
std::optional<Refusal> refusal_of(const Error& error);

}  // namespace tracker::ingest
