#include "ingest/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <tracker/error.hpp>

#include "storage/access.hpp"

namespace tracker::ingest {
namespace {

constexpr const char* kRemedy =
    "run `tracker login` with a key that may write there, then `tracker sync`: nothing that was "
    "logged is lost";

Error may_not_write(const std::string& project) {
  return {ErrorCode::kPermissionDenied,
          fmt::format("you may not log to a project of the name `{}` on this server", project)};
}

bool may_make_projects(const auth::Principal& who) {
  return who.kind == auth::Principal::Kind::kAnyone ||
         (who.most >= core::Role::kWriter && !who.only);
}

}  // namespace

auth::Principal Admission::admit(const Session& session,
                                 storage::Registration& registration) const {
  if (gate_ == nullptr) return {};
  const auto& caller = session.caller();
  auth::Guard guard = gate_->open(caller.claim, auth::Access::kWriter, caller.from);
  const auto& name = registration.project;
  if (const auto project = storage::find_any_project(gate_->database(), name)) {
    const auto role = guard.role_in(*project);
    if (!role || *role < core::Role::kWriter) throw may_not_write(name);
  } else {
    if (!may_make_projects(guard.who())) throw may_not_write(name);
    registration.makes_project = true;
  }
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
