#pragma once

#include <nlohmann/json.hpp>
#include <string>

// Answers of the HTTP API (docs/http-api.md, "Access") as tables for people: each takes the array
// under its name, a row an entry; times in UTC, "-" for what is not there. Pure
// functions; throw nlohmann::json::exception for what is not as the page says.
namespace tracker::cli {

std::string users_table(const nlohmann::json& users);
std::string teams_table(const nlohmann::json& teams);
std::string team_projects_table(const nlohmann::json& projects);
std::string keys_table(const nlohmann::json& keys);
std::string members_table(const nlohmann::json& members);
std::string audit_table(const nlohmann::json& entries);

}  // namespace tracker::cli
