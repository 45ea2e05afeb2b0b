#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/keys.hpp"
#include "auth/sharing.hpp"
#include "http/access_api.hpp"
#include "http/access_json.hpp"
#include "http/json_body.hpp"
#include "http/numbers.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

json key_json(const storage::ApiKey& key) {
  return {{"id", key.id},
          {"user", key.user},
          {"name", key.name},
          {"role", core::to_text(key.role)},
          {"project", or_null(key.project)},
          {"created_us", key.created_us},
          {"expires_us", or_null(key.expires_us)},
          {"revoked_us", or_null(key.revoked_us)},
          {"last_used_us", or_null(key.last_used_us)},
          {"last_used_from", key.last_used_from}};
}

core::Role role_of(const std::string& text) {
  const auto role = core::parse_role(text);
  if (role) return *role;
  throw Error(ErrorCode::kInvalidArgument, "`role` must be viewer, writer or admin");
}

storage::MemberKind member_kind_of(const std::string& text) {
  if (text == "user") return storage::MemberKind::kUser;
  if (text == "team") return storage::MemberKind::kTeam;
  throw Error(ErrorCode::kInvalidArgument, "`kind` must be user or team");
}

std::string asked_project(const Request& request) {
  const auto project = request.query_value("project");
  if (!project || project->empty())
    throw Error(ErrorCode::kInvalidArgument, "say which project: ?project=NAME");
  return *project;
}

json members_of(const ApiContext& context, core::ProjectId project) {
  auto members = json::array();
  for (const auto& member : storage::list_members(context.database, project))
    members.push_back({{"kind", member.kind == storage::MemberKind::kTeam ? "team" : "user"},
                       {"name", member.name},
                       {"role", core::to_text(member.role)}});
  return {{"members", std::move(members)}};
}

// A project that the caller cannot see cannot be named either.
std::optional<core::ProjectId> visible_project(auth::Guard& guard, storage::Database& database,
                                               const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  const auto id = storage::find_project_id(database, *name);
  if (!id || !guard.role_in(*id)) throw storage::no_such_project(*name);
  return id;
}

}  // namespace

Response get_api_keys(const ApiContext& context, const Request& request) {
  auth::KeyOwner of;
  of.user = request.query_value("user");
  of.everybody = request.query_value("all").value_or("false") == "true";
  auto keys = json::array();
  for (const auto& key : auth::list_keys(*context.gate, *request.guard, of))
    keys.push_back(key_json(key));
  return json_response({{"keys", std::move(keys)}});
}

Response post_api_key(const ApiContext& context, const Request& request) {
  auto& guard = *request.guard;
  JsonBody body(request);
  auth::KeyWish wish;
  wish.name = body.text("name");
  wish.role = role_of(body.maybe_text("role").value_or("admin"));
  wish.lifetime_s = body.maybe_number("lifetime_s");
  const auto user = body.maybe_text("user"), project = body.maybe_text("project");
  body.end();
  wish.project = visible_project(guard, context.database, project);
  const auto owner = auth::owner_of_new_key(*context.gate, guard, user);
  const auto made = auth::issue_key(*context.gate, guard, owner, wish);
  return secret_response({{"id", made.id}, {"user", owner.name}, {"key", made.text}});
}

Response delete_api_key(const ApiContext& context, const Request& request) {
  const auto& id = request.parameters.at("key");
  auth::revoke_key(*context.gate, *request.guard, id);
  return json_response({{"id", id}});
}

Response get_members(const ApiContext& context, const Request& request) {
  const auto project = request.guard->project(asked_project(request));
  auto body = members_of(context, project);
  // Who may see the members has a role, perhaps by a team or as a server admin.
  body["role"] = core::to_text(request.guard->role_in(project).value_or(core::Role::kViewer));
  return json_response(body);
}

Response post_member(const ApiContext& context, const Request& request) {
  const auto name = asked_project(request);
  const auto project = request.guard->project(name);
  JsonBody body(request);
  storage::Member member;
  member.kind = member_kind_of(body.maybe_text("kind").value_or("user"));
  member.name = body.text("name");
  member.role = role_of(body.text("role"));
  body.end();
  auth::share(*context.gate, *request.guard, project, name, member);
  return json_response(members_of(context, project));
}

Response delete_member(const ApiContext& context, const Request& request) {
  const auto name = asked_project(request);
  const auto project = request.guard->project(name);
  storage::Member member;
  member.kind = member_kind_of(request.query_value("kind").value_or("user"));
  member.name = request.query_value("name").value_or("");
  auth::unshare(*context.gate, *request.guard, project, name, member);
  return json_response(members_of(context, project));
}

}  // namespace tracker::http
