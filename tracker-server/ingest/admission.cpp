#include "ingest/admission.hpp"

#include <tracker/error.hpp>

namespace tracker::ingest {
namespace {

constexpr const char* kRemedy =
    "run `tracker login` with a key that may write there, then `tracker sync`: nothing that was "
    "logged is lost";

}  // namespace

auth::Principal Admission::admit(const Session& session,
                                 storage::Registration& registration) const {
  if (gate_ == nullptr) return {};
  const auto& caller = session.caller();
  auth::Guard guard = gate_->open(caller.claim, auth::Access::kWriter, caller.from);
  registration.makes_project = !guard.project_to_write(registration.project);
  if (guard.who().kind == auth::Principal::Kind::kUser) registration.creator = guard.who().user;
  return guard.who();
}

void Admission::keep(const std::shared_ptr<Session>& session, const auth::Principal& who,
                     core::ProjectId project) const {
  if (watch_ == nullptr) return;
  const auto look = [weak = std::weak_ptr(session), project](auth::Guard& guard) {
    const auto alive = weak.lock();
    if (!alive) return;
    if (guard.who().kind == auth::Principal::Kind::kNobody)
      return alive->refused({RefusalReason::kUnauthenticated,
                             "the key that this run logs with has expired or was revoked",
                             kRemedy});
    const auto role = guard.role_in(project);
    if (role && *role >= core::Role::kWriter) return;
    alive->refused({RefusalReason::kPermissionDenied,
                    "the right to log to this project was taken away", kRemedy});
  };
  session->hold(watch_->add(session->caller().claim, session->caller().from, who, look));
}

std::optional<Refusal> refusal_of(const Error& error) {
  if (error.code() == ErrorCode::kUnauthenticated)
    return Refusal{RefusalReason::kUnauthenticated, error.what(), kRemedy};
  if (error.code() == ErrorCode::kPermissionDenied)
    return Refusal{RefusalReason::kPermissionDenied, error.what(), kRemedy};
  return std::nullopt;
}

}  // namespace tracker::ingest
