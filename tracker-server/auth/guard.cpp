#include "auth/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <tracker/error.hpp>

#include "storage/access.hpp"
#include "storage/runs.hpp"

namespace tracker::auth {

Guard::Guard(storage::Database& database, Claim claim, Principal principal, Needs needs,
             Origin origin)
    : database_(database),
      claim_(std::move(claim)),
      who_(std::move(principal)),
      needs_(needs),
      from_(std::move(origin)) {}

bool Guard::sees_all() const noexcept {
  return who_.kind == Principal::Kind::kAnyone ||
         (who_.kind == Principal::Kind::kUser && who_.server_admin && !who_.only);
}

const std::map<core::ProjectId, core::Role>& Guard::roles() {
  if (!roles_) roles_ = storage::roles_of(database_, who_.user);
  return *roles_;
}

std::optional<core::Role> Guard::role_in(core::ProjectId id) {
  if (who_.kind == Principal::Kind::kNobody || (who_.only && *who_.only != id)) return std::nullopt;
  if (who_.kind == Principal::Kind::kAnyone) return core::Role::kAdmin;
  if (who_.server_admin) return who_.most;
  const auto found = roles().find(id);
  if (found == roles().end()) return std::nullopt;
  return std::min(found->second, who_.most);
}

bool Guard::sees(core::ProjectId id) {
  shown_ = true;
  return role_in(id).has_value();
}

bool Guard::sees_named(std::string_view name) {
  if (sees_all()) return sees({});
  const auto id = storage::find_any_project(database_, name);
  return id && sees(*id);
}

Guard::Rights Guard::rights() {
  if (who_.kind != Principal::Kind::kUser) return {who_.kind, sees_all(), {}};
  return {who_.kind, sees_all(), roles()};
}

void Guard::project(core::ProjectId id, const std::string& absent) {
  const auto has = role_in(id);
  if (!has) throw Error(ErrorCode::kNotFound, absent);
  const auto wanted = role_of(needs_.access);
  if (wanted && *has < *wanted) {
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("this takes the role {} in the project, and {} has {}{}: an admin of "
                            "the project can give it with `tracker admin member add`",
                            core::to_text(*wanted), who_.name, core::to_text(*has),
                            who_.narrowed() ? " by this key" : ""));
  }
  shown_ = true;
}

core::ProjectId Guard::project(std::string_view name) {
  const auto id = storage::find_any_project(database_, name);
  if (!id) {
    shown_ = true;
    throw storage::no_such_project(name);
  }
  project(*id, storage::no_such_project(name).what());
  return *id;
}

std::optional<core::ProjectId> Guard::project_to_write(std::string_view name) {
  const auto id = storage::find_any_project(database_, name);
  const auto role = id ? role_in(*id) : std::nullopt;
  const bool may_make =
      who_.kind == Principal::Kind::kAnyone ||
      (who_.kind == Principal::Kind::kUser && who_.most >= core::Role::kWriter && !who_.only);
  if (id ? !role || *role < core::Role::kWriter : !may_make)
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("you may not log to a project of the name `{}` on this server", name));
  shown_ = true;
  return id;
}

void Guard::run(core::RunId id) {
  if (sees_all()) {  // and what is not there is told by who looks for it
    const bool enough = who_.most >= role_of(needs_.access).value_or(core::Role::kViewer);
    shown_ = shown_ || enough;
    if (enough) return;
  }
  const auto projects = storage::projects_of(database_, std::span(&id, 1));
  const auto absent = fmt::format("no run {}", id.text());
  const auto found = projects.find(id);
  if (found == projects.end()) throw Error(ErrorCode::kNotFound, absent);
  project(found->second, absent);
}

void Guard::before_resolving(std::string_view text) {
  const auto slash = text.find('/');
  if (sees_all() || slash == std::string_view::npos) return;
  const auto id = storage::find_any_project(database_, text.substr(0, slash));
  if (!id || !role_in(*id)) throw Error(ErrorCode::kNotFound, fmt::format("no run {}", text));
}

std::vector<core::RunId> Guard::visible(std::span<const core::RunId> runs) {
  shown_ = true;
  if (sees_all()) return {runs.begin(), runs.end()};
  const auto projects = storage::projects_of(database_, runs);
  std::vector<core::RunId> out;
  for (const core::RunId run : runs) {
    const auto found = projects.find(run);
    if (found != projects.end() && role_in(found->second)) out.push_back(run);
  }
  return out;
}

}  // namespace tracker::auth
