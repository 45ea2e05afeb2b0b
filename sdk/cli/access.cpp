#include "cli/access.hpp"

#include <functional>
#include <memory>

#include <tracker/error.hpp>

#include "cli/access_view.hpp"
#include "cli/api_client.hpp"
#include "cli/audit.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/settings.hpp"

namespace tracker::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string name, other, user, role = "admin", project, expires;
  bool server_admin = false, no_server_admin = false, disable = false, enable = false;
  bool reset_password = false, with_key = false, all = false, team = false, as_json = false;
};
using Work = std::function<std::string(ApiClient&, const Options&)>;

std::string answer_text(const json& answer) {
  return answer.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// The member `list` of the answer, as it is or as a table.
std::string shown(const json& answer, const char* list, const Options& options,
                  std::string (*table)(const json&)) {
  return options.as_json ? answer_text(answer.at(list)) : table(answer.at(list));
}

// What is shown this once, a line each.
std::string secrets(const json& made, const Options& options) {
  if (options.as_json) return answer_text(made);
  std::string out;
  for (const char* name : {"name", "id", "password", "key"})
    if (const auto found = made.find(name); found != made.end() && found->is_string())
      out.append(name).append(" ").append(found->get<std::string>()).append("\n");
  return out;
}

std::string list_users(ApiClient& client, const Options& options) {
  return shown(client.get("users"), "users", options, users_table);
}
std::string add_user(ApiClient& client, const Options& options) {
  return secrets(client.post("users", {{"name", options.name},
                                       {"server_admin", options.server_admin},
                                       {"with_key", options.with_key}}),
                 options);
}
std::string set_user(ApiClient& client, const Options& options) {
  json change = {{"reset_password", options.reset_password}};
  if (options.server_admin || options.no_server_admin)
    change["server_admin"] = options.server_admin;
  if (options.disable || options.enable) change["disabled"] = options.disable;
  return secrets(client.post("users/" + escaped(options.name), change), options);
}

std::string list_teams(ApiClient& client, const Options& options) {
  return shown(client.get("teams"), "teams", options, teams_table);
}
std::string add_team(ApiClient& client, const Options& options) {
  return shown(client.post("teams", {{"name", options.name}}), "teams", options, teams_table);
}
std::string remove_team(ApiClient& client, const Options& options) {
  return shown(client.remove("teams/" + escaped(options.name)), "teams", options, teams_table);
}
std::string join_team(ApiClient& client, const Options& options) {
  return shown(client.post("teams/" + escaped(options.name) + "/users", {{"user", options.other}}),
               "teams", options, teams_table);
}
std::string leave_team(ApiClient& client, const Options& options) {
  const auto path = "teams/" + escaped(options.name) + "/users/" + escaped(options.other);
  return shown(client.remove(path), "teams", options, teams_table);
}

std::string list_team_projects(ApiClient& client, const Options& options) {
  return shown(client.get("teams/" + escaped(options.name) + "/projects"), "projects", options,
               team_projects_table);
}

std::string list_keys(ApiClient& client, const Options& options) {
  const std::string query = options.all            ? "?all=true"
                            : options.user.empty() ? ""
                                                   : "?user=" + escaped(options.user);
  return shown(client.get("api-keys" + query), "keys", options, keys_table);
}
std::string add_key(ApiClient& client, const Options& options) {
  json wish = {{"name", options.name}, {"role", options.role}};
  if (!options.user.empty()) wish["user"] = options.user;
  if (!options.project.empty()) wish["project"] = options.project;
  if (!options.expires.empty()) wish["lifetime_s"] = parse_period(options.expires, "--expires");
  return secrets(client.post("api-keys", wish), options);
}
std::string revoke_key(ApiClient& client, const Options& options) {
  const auto gone = client.remove("api-keys/" + escaped(options.name));
  return options.as_json ? answer_text(gone) : "revoked " + gone.at("id").get<std::string>() + "\n";
}

std::string members_of(const Options& options) {
  return "members?project=" + escaped(options.project);
}
std::string list_members(ApiClient& client, const Options& options) {
  return shown(client.get(members_of(options)), "members", options, members_table);
}
std::string add_member(ApiClient& client, const Options& options) {
  return shown(client.post(members_of(options), {{"kind", options.team ? "team" : "user"},
                                                 {"name", options.name},
                                                 {"role", options.role}}),
               "members", options, members_table);
}
std::string remove_member(ApiClient& client, const Options& options) {
  const auto path = members_of(options) + "&name=" + escaped(options.name) +
                    "&kind=" + (options.team ? "team" : "user");
  return shown(client.remove(path), "members", options, members_table);
}

int run(const std::string& server, const Options& options, const Work& work) {
  ApiClient client(server_url(server));
  const auto text = work(client, options);
  Output out;
  out.write(text);
  out.commit();
  return kDone;
}

// A command under `group` that does `work`; its options are added to what comes back.
struct Command {
  CLI::App* app;
  std::shared_ptr<Options> options;

  const Command& name(const char* what) const {
    app->add_option("NAME", options->name, what)->required();
    return *this;
  }
  const Command& text(const char* flag, std::string Options::*into, const char* what) const {
    app->add_option(flag, (*options).*into, what);
    return *this;
  }
  const Command& flag(const char* flag, bool Options::*into, const char* what) const {
    app->add_flag(flag, (*options).*into, what);
    return *this;
  }
  const Command& role(const char* what) const {
    app->add_option("--role", options->role, what)
        ->check(CLI::IsMember({"viewer", "writer", "admin"}))
        ->capture_default_str();
    return *this;
  }
  const Command& of_project() const {
    app->add_option("--project", options->project, "the project")->required();
    return *this;
  }
};

Command add(Program& program, CLI::App& group, const char* name, const char* what, Work work) {
  Command command{group.add_subcommand(name, what), std::make_shared<Options>()};
  command.app->add_flag("--json", command.options->as_json, "for scripts");
  command.app->callback([&program, options = command.options, work = std::move(work)] {
    program.action = [&program, options, work] { return run(program.server, *options, work); };
  });
  return command;
}

CLI::App& add_group(CLI::App& admin, const char* name, const char* what) {
  auto* group = admin.add_subcommand(name, what);
  group->require_subcommand(1);
  group->fallthrough();
  return *group;
}

void add_users(Program& program, CLI::App& admin) {
  auto& users = add_group(admin, "user", "Users of the server. For server admins.");
  add(program, users, "ls", "All users.", list_users);
  add(program, users, "add", "Make a user, with a password and perhaps a key, shown this once.",
      add_user)
      .name("a-z 0-9 . _ -")
      .flag("--server-admin", &Options::server_admin, "may do everything")
      .flag("--with-key", &Options::with_key, "an API key as well");
  add(program, users, "set", "Change a user.", set_user)
      .name("the user")
      .flag("--server-admin", &Options::server_admin, "may do everything")
      .flag("--no-server-admin", &Options::no_server_admin, "may not any more")
      .flag("--disable", &Options::disable, "end their sessions and keys, and let them in no more")
      .flag("--enable", &Options::enable, "let them in again")
      .flag("--reset-password", &Options::reset_password, "a new password, shown this once");
}

void add_teams(Program& program, CLI::App& admin) {
  auto& teams = add_group(admin, "team", "Teams: users that projects are shared with at once.");
  add(program, teams, "ls", "All teams.", list_teams);
  add(program, teams, "add", "Make a team.", add_team).name("a-z 0-9 . _ -");
  add(program, teams, "rm", "Remove a team, and what was shared with it.", remove_team)
      .name("the team");
  add(program, teams, "projects", "What is shared with a team. For those who are in it as well.",
      list_team_projects)
      .name("the team");
  for (const bool join : {true, false}) {
    const auto command =
        add(program, teams, join ? "join" : "leave", join ? "Take a user in." : "Take a user out.",
            join ? join_team : leave_team);
    command.name("the team");
    command.app->add_option("USER", command.options->other, "the user")->required();
  }
}

void add_keys(Program& program, CLI::App& admin) {
  auto& keys = add_group(admin, "key", "API keys: your own, or those of others for server admins.");
  add(program, keys, "ls", "Keys, newest first.", list_keys)
      .text("--user", &Options::user, "of somebody else")
      .flag("--all", &Options::all, "of everybody");
  add(program, keys, "add", "Make a key, shown this once.", add_key)
      .name("what it is for")
      .text("--user", &Options::user, "for somebody else")
      .role("at most")
      .text("--project", &Options::project, "in this project alone")
      .text("--expires", &Options::expires, "after this time, as 90d");
  add(program, keys, "revoke", "End a key, within two seconds everywhere.", revoke_key)
      .name("its id, as `ls` shows it");
}

void add_members(Program& program, CLI::App& admin) {
  auto& members = add_group(admin, "member", "With whom a project is shared.");
  add(program, members, "ls", "The members of a project.", list_members).of_project();
  const auto share = add(program, members, "add", "Share a project, or change a role.", add_member);
  share.options->role = "viewer";
  share.name("the user")
      .of_project()
      .role("what they may")
      .flag("--team", &Options::team, "NAME is a team");
  add(program, members, "rm", "Share it no more.", remove_member)
      .name("the user")
      .of_project()
      .flag("--team", &Options::team, "NAME is a team");
}

}  // namespace

void add_access(Program& program, CLI::App& admin) {
  add_users(program, admin);
  add_teams(program, admin);
  add_keys(program, admin);
  add_members(program, admin);
  add_audit(program, admin);
}

}  // namespace tracker::cli
