#pragma once

#include "http/api.hpp"

// Users, teams, API keys, members and the audit log: docs/http-api.md, "Access".
namespace tracker::http {

Response get_users(const ApiContext& context, const Request& request);
Response post_user(const ApiContext& context, const Request& request);
Response change_user(const ApiContext& context, const Request& request);

Response get_teams(const ApiContext& context, const Request& request);
Response post_team(const ApiContext& context, const Request& request);
Response delete_team(const ApiContext& context, const Request& request);
Response post_team_user(const ApiContext& context, const Request& request);
Response delete_team_user(const ApiContext& context, const Request& request);

Response get_api_keys(const ApiContext& context, const Request& request);
Response post_api_key(const ApiContext& context, const Request& request);
Response delete_api_key(const ApiContext& context, const Request& request);

Response get_members(const ApiContext& context, const Request& request);
Response post_member(const ApiContext& context, const Request& request);
Response delete_member(const ApiContext& context, const Request& request);

Response get_audit(const ApiContext& context, const Request& request);

}  // namespace tracker::http
