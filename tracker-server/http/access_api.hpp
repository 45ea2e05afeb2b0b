#pragma once

#include "http/api.hpp"

// Users, teams, API keys, members and the audit log: docs/http-api.md, "Access". Who may is in
// kRoutes (http/api.cpp): server admins; API keys: anybody their own; a team's projects: who is in
// it; members: viewers read, project admins write. 400 for a body that will not do, 403 and 404 as
// docs/access.md says, 409 for a name that is taken or a change that would leave no server admin. A
// change is durable, with its entry of the audit log, when it is answered. On a worker; they block
// on the database, and for a password's computation.
namespace tracker::http {

Response get_users(const ApiContext& context, const Request& request);
Response post_user(const ApiContext& context, const Request& request);
Response change_user(const ApiContext& context, const Request& request);

Response get_teams(const ApiContext& context, const Request& request);
Response get_team_projects(const ApiContext& context, const Request& request);
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
