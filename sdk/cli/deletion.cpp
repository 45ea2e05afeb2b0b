#include <memory>
#include <optional>
#include <vector>

#include <tracker/error.hpp>

#include "cli/admin_client.hpp"
#include "cli/confirm.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/program.hpp"
#include "cli/run_view.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

// runs rm, runs restore, runs deleted, projects rm, projects restore, projects set.
namespace tracker::cli {
namespace {

using Admin = v1::AdminService::Stub;

struct Removal {
  std::vector<std::string> names;
  bool yes = false;
  std::string grace;
};

struct Keeping {
  std::string project, runs, system, logs;
};

std::optional<std::uint64_t> grace_of(const Removal& removal) {
  if (removal.grace.empty()) return std::nullopt;
  return parse_period(removal.grace, "--grace");
}

Confirmed confirmed(const Removal& removal) {
  return removal.yes ? Confirmed::kYes : Confirmed::kAsk;
}

// All of them are looked up before any is deleted: a slip of the pen deletes nothing.
int remove_runs(const std::string& server, const Removal& removal) {
  const auto grace = grace_of(removal);
  RunsClient runs(connect(server_url(server)));
  std::vector<v1::Run> found;
  std::size_t running = 0;
  for (const std::string& name : removal.names) {
    found.push_back(runs.run(name));
    running += found.back().state() == v1::RUNNING ? 1 : 0;
  }
  std::string question = found.size() == 1
                             ? "Delete run " + found[0].project() + "/" + found[0].name() + "?"
                             : "Delete " + std::to_string(found.size()) + " runs?";
  if (running > 0) question += " (" + std::to_string(running) + " running: what they log is lost)";
  confirm(question, confirmed(removal));
  AdminClient admin(connect(server_url(server)));
  Speaker out;
  for (const v1::Run& run : found) {
    v1::DeleteRunRequest request;
    request.set_run(run.id());
    if (grace) request.set_grace_s(*grace);
    const auto deleted = admin.call(&Admin::DeleteRun, request);
    out.say("deleted " + printable(run.project() + "/" + run.name()) + " " + run.id() +
            (grace == 0u ? std::string(", for good")
                         : ", can be brought back until " + minute_text(deleted.purge_at_us()) +
                               ": tracker runs restore " + run.id()));
  }
  return kDone;
}

int restore_runs(const std::string& server, const std::vector<std::string>& names) {
  AdminClient admin(connect(server_url(server)));
  Speaker out;
  for (const std::string& name : names) {
    v1::RestoreRunRequest request;
    request.set_run(name);
    const auto restored = admin.call(&Admin::RestoreRun, request);
    out.say("restored " + restored.id() +
            ": if it was logging when it was deleted, `tracker sync` delivers the rest");
  }
  return kDone;
}

int list_deleted(const std::string& server, const std::string& project) {
  AdminClient admin(connect(server_url(server)));
  v1::ListDeletedRunsRequest request;
  request.set_project(project);
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "ID", "DELETED (UTC)", "GOES FOR GOOD (UTC)"}};
  const auto response = admin.call(&Admin::ListDeletedRuns, request);
  for (const auto& run : response.runs())
    rows.push_back({printable(run.name()), run.id(), minute_text(run.deleted_at_us()),
                    minute_text(run.purge_at_us())});
  Output out;
  out.write(aligned(rows));
  out.commit();
  return kDone;
}

int remove_project(const std::string& server, const Removal& removal) {
  const auto grace = grace_of(removal);
  const std::string& name = removal.names.front();
  RunsClient runs(connect(server_url(server)));
  std::optional<std::int64_t> count;
  for (const auto& project : runs.projects())
    if (project.name() == name) count = project.run_count();
  if (!count)
    throw Error(ErrorCode::kNotFound,
                "there is no project '" + name + "': see `tracker projects ls`");
  confirm("Delete project " + name + " with its " + std::to_string(*count) + " runs?",
          confirmed(removal));
  AdminClient admin(connect(server_url(server)));
  v1::DeleteProjectRequest request;
  request.set_project(name);
  if (grace) request.set_grace_s(*grace);
  const auto deleted = admin.call(&Admin::DeleteProject, request);
  Speaker().say("deleted project " + printable(name) + " with " + std::to_string(deleted.runs()) +
                " runs");
  return kDone;
}

int restore_project(const std::string& server, const std::string& name) {
  AdminClient admin(connect(server_url(server)));
  v1::RestoreProjectRequest request;
  request.set_project(name);
  const auto restored = admin.call(&Admin::RestoreProject, request);
  Speaker().say("restored project " + printable(name) + " with " + std::to_string(restored.runs()) +
                " runs");
  return kDone;
}

std::uint64_t keep_period(const std::string& text, const std::string& option) {
  return text == "forever" ? 0 : parse_period(text, option);
}

std::string keep_text(std::uint64_t seconds) {
  return seconds == 0 ? "forever" : period_text(seconds);
}

int keep(const std::string& server, const Keeping& keeping) {
  v1::SetRetentionRequest request;
  request.set_project(keeping.project);
  if (!keeping.runs.empty()) request.set_runs_s(keep_period(keeping.runs, "--keep-runs-for"));
  if (!keeping.system.empty())
    request.set_system_s(keep_period(keeping.system, "--keep-system-for"));
  if (!keeping.logs.empty()) request.set_logs_s(keep_period(keeping.logs, "--keep-logs-for"));
  AdminClient admin(connect(server_url(server)));
  const auto policy = admin.call(&Admin::SetRetention, request);
  Speaker().say(printable(keeping.project) + " keeps, counted from a run's end: runs " +
                keep_text(policy.runs_s()) + ", system metrics " + keep_text(policy.system_s()) +
                ", console lines " + keep_text(policy.logs_s()));
  return kDone;
}

void add_removal_options(CLI::App& command, Removal& removal) {
  command.add_flag("--yes", removal.yes, "do not ask");
  command
      .add_option("--grace", removal.grace,
                  "how long it can be brought back, as 7d (the default), 12h or 0")
      ->type_name("PERIOD");
}

void add_run_commands(Program& program, CLI::App& runs) {
  auto* rm = runs.add_subcommand("rm", "Delete runs; they can be brought back for a while.");
  const auto removal = std::make_shared<Removal>();
  rm->add_option("RUN", removal->names, "ids, or project/name")->required();
  add_removal_options(*rm, *removal);
  rm->callback([&program, removal] {
    program.action = [&program, removal] { return remove_runs(program.server, *removal); };
  });

  auto* restore = runs.add_subcommand("restore", "Bring deleted runs back.");
  const auto names = std::make_shared<std::vector<std::string>>();
  restore->add_option("RUN", *names, "ids, or project/name")->required();
  restore->callback([&program, names] {
    program.action = [&program, names] { return restore_runs(program.server, *names); };
  });

  auto* deleted = runs.add_subcommand("deleted", "Runs that can be brought back.");
  const auto project = std::make_shared<std::string>();
  deleted->add_option("--project", *project, "name of the project")->required()->type_name("P");
  deleted->callback([&program, project] {
    program.action = [&program, project] { return list_deleted(program.server, *project); };
  });
}

void add_project_commands(Program& program, CLI::App& projects) {
  auto* rm = projects.add_subcommand("rm", "Delete a project with all its runs.");
  const auto removal = std::make_shared<Removal>();
  removal->names.resize(1);
  rm->add_option("PROJECT", removal->names.front(), "its name")->required();
  add_removal_options(*rm, *removal);
  rm->callback([&program, removal] {
    program.action = [&program, removal] { return remove_project(program.server, *removal); };
  });

  auto* restore = projects.add_subcommand("restore", "Bring a deleted project back.");
  const auto name = std::make_shared<std::string>();
  restore->add_option("PROJECT", *name, "its name")->required();
  restore->callback([&program, name] {
    program.action = [&program, name] { return restore_project(program.server, *name); };
  });

  auto* set = projects.add_subcommand("set", "How long a project keeps what was logged.");
  const auto keeping = std::make_shared<Keeping>();
  set->add_option("PROJECT", keeping->project, "its name")->required();
  const std::string period = "PERIOD|forever";
  set->add_option("--keep-runs-for", keeping->runs, "whole runs")->type_name(period);
  set->add_option("--keep-system-for", keeping->system, "system metrics")->type_name(period);
  set->add_option("--keep-logs-for", keeping->logs, "console lines")->type_name(period);
  set->callback([&program, keeping] {
    program.action = [&program, keeping] { return keep(program.server, *keeping); };
  });
}

}  // namespace

void add_deletion(Program& program) {
  add_run_commands(program, *program.app.get_subcommand("runs"));
  add_project_commands(program, *program.app.get_subcommand("projects"));
}

}  // namespace tracker::cli
