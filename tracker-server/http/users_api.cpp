#include <nlohmann/json.hpp>

#include "auth/guard.hpp"
#include "auth/sharing.hpp"
#include "auth/users.hpp"
#include "http/access_api.hpp"
#include "http/access_json.hpp"
#include "http/json_body.hpp"
#include "http/numbers.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

json user_json(const storage::Account& user) {
  return {{"name", user.name},
          {"server_admin", user.server_admin},
          {"disabled", user.disabled},
          {"created_us", user.created_us},
          {"last_login_us", or_null(user.last_login_us)}};
}

// Those that the caller sees.
json seen_projects(auth::Guard& guard, const std::vector<storage::TeamProject>& projects) {
  auto out = json::array();
  for (const auto& one : projects)
    if (guard.sees(one.id)) out.push_back({{"name", one.name}, {"role", core::to_text(one.role)}});
  return out;
}

}  // namespace

Response get_users(const ApiContext& context, const Request&) {
  auto users = json::array();
  for (const auto& user : storage::list_accounts(context.database))
    users.push_back(user_json(user));
  return json_response({{"users", std::move(users)}});
}

Response post_user(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  auth::UserWish wish;
  wish.name = body.text("name");
  wish.password = body.maybe_text("password").value_or("");
  wish.server_admin = body.maybe_flag("server_admin").value_or(false);
  wish.with_key = body.maybe_flag("with_key").value_or(false);
  body.end();
  const auto made = auth::make_user(*context.gate, *request.guard, wish);
  const auto user = storage::find_account(context.database, wish.name);
  if (!user) throw storage::no_such_user(wish.name);
  auto json = user_json(*user);
  json["password"] = made.password.empty() ? nlohmann::json() : nlohmann::json(made.password);
  json["key"] = made.key ? nlohmann::json(made.key->text) : nlohmann::json();
  return secret_response(json);
}

Response change_user(const ApiContext& context, const Request& request) {
  const auto& name = request.parameters.at("user");
  JsonBody body(request);
  const storage::AccountChange change{body.maybe_flag("server_admin"), body.maybe_flag("disabled")};
  const bool reset = body.maybe_flag("reset_password").value_or(false);
  body.end();
  auto json = user_json(auth::change_user(*context.gate, *request.guard, name, change));
  json["password"] = reset
                         ? nlohmann::json(auth::reset_password(*context.gate, *request.guard, name))
                         : nlohmann::json();
  return secret_response(json);
}

Response get_teams(const ApiContext& context, const Request& request) {
  auto teams = json::array();
  for (const auto& team : storage::list_teams(context.database))
    teams.push_back({{"name", team.name},
                     {"users", team.users},
                     {"projects", seen_projects(*request.guard, team.projects)}});
  return json_response({{"teams", std::move(teams)}});
}

// Who is not in the team is not told that it is there.
Response get_team_projects(const ApiContext& context, const Request& request) {
  auto& guard = *request.guard;
  const auto member =
      guard.who().is_server_admin() ? std::nullopt : std::optional(guard.who().user);
  const auto projects =
      storage::list_team_projects(context.database, request.parameters.at("team"), member);
  return json_response({{"projects", seen_projects(guard, projects)}});
}

Response post_team(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  const auto name = body.text("name");
  body.end();
  auth::make_team(*context.gate, *request.guard, name);
  return get_teams(context, request);
}

Response delete_team(const ApiContext& context, const Request& request) {
  auth::remove_team(*context.gate, *request.guard, request.parameters.at("team"));
  return get_teams(context, request);
}

Response post_team_user(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  const auto user = body.text("user");
  body.end();
  auth::join_team(*context.gate, *request.guard, request.parameters.at("team"), user);
  return get_teams(context, request);
}

Response delete_team_user(const ApiContext& context, const Request& request) {
  auth::leave_team(*context.gate, *request.guard, request.parameters.at("team"),
                   request.parameters.at("user"));
  return get_teams(context, request);
}

}  // namespace tracker::http
