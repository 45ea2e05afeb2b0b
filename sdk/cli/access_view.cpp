#include "cli/access_view.hpp"

#include <string>
#include <vector>

#include "cli/run_view.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "-";
  return found->is_string() ? printable(found->get<std::string>()) : found->dump();
}

std::string time(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return "-";
  auto stamp = timestamp_text(found->get<std::int64_t>()).substr(0, 19);
  stamp[10] = ' ';
  return stamp;
}

std::string state_of(const json& key) {
  if (!key.at("revoked_us").is_null()) return "revoked";
  return key.at("expires_us").is_null() ? "-" : time(key, "expires_us");
}

}  // namespace

std::string users_table(const json& users) {
  Rows rows = {{"NAME", "SERVER ADMIN", "STATE", "LAST LOGIN (UTC)"}};
  for (const auto& one : users)
    rows.push_back({text(one, "name"), one.at("server_admin").get<bool>() ? "yes" : "-",
                    one.at("disabled").get<bool>() ? "disabled" : "-", time(one, "last_login_us")});
  return aligned(rows);
}

std::string teams_table(const json& teams) {
  Rows rows = {{"TEAM", "USERS"}};
  for (const auto& one : teams) {
    std::string users;
    for (const auto& user : one.at("users"))
      users.append(users.empty() ? "" : ", ").append(printable(user.get<std::string>()));
    rows.push_back({text(one, "name"), users.empty() ? "-" : users});
  }
  return aligned(rows);
}

std::string team_projects_table(const json& projects) {
  Rows rows = {{"PROJECT", "ROLE"}};
  for (const auto& one : projects) rows.push_back({text(one, "name"), text(one, "role")});
  return aligned(rows);
}

std::string keys_table(const json& keys) {
  Rows rows = {{"ID", "USER", "NAME", "ROLE", "PROJECT", "EXPIRES (UTC)", "LAST USED (UTC)"}};
  for (const auto& one : keys)
    rows.push_back({text(one, "id"), text(one, "user"), text(one, "name"), text(one, "role"),
                    text(one, "project"), state_of(one), time(one, "last_used_us")});
  return aligned(rows);
}

std::string members_table(const json& members) {
  Rows rows = {{"KIND", "NAME", "ROLE"}};
  for (const auto& one : members)
    rows.push_back({text(one, "kind"), text(one, "name"), text(one, "role")});
  return aligned(rows);
}

std::string audit_table(const json& entries) {
  Rows rows = {{"TIME (UTC)", "WHO", "KEY", "FROM", "ACTION", "WHAT", "DETAIL"}};
  for (const auto& one : entries) {
    const auto actor = text(one, "actor"), key = text(one, "key");
    rows.push_back({time(one, "at_us"), actor.empty() ? "-" : actor, key.empty() ? "-" : key,
                    text(one, "address"), text(one, "action"), text(one, "target"),
                    text(one, "detail")});
  }
  return aligned(rows);
}

}  // namespace tracker::cli
