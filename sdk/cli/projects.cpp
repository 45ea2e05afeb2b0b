#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/run_view.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

struct ProjectListing {
  bool json = false;
};

std::string as_json(const std::vector<v1::Project>& projects) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& project : projects) {
    nlohmann::ordered_json activity;
    if (project.has_last_activity_us()) activity = timestamp_text(project.last_activity_us());
    all.push_back({{"id", project.id()},
                   {"name", project.name()},
                   {"run_count", project.run_count()},
                   {"created_at", timestamp_text(project.created_at_us())},
                   {"last_activity_at", activity}});
  }
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string as_table(const std::vector<v1::Project>& projects) {
  std::vector<std::vector<std::string>> rows = {{"NAME", "RUNS", "LAST ACTIVITY (UTC)"}};
  for (const auto& project : projects) {
    std::string activity = "-";
    if (project.has_last_activity_us()) {
      activity = timestamp_text(project.last_activity_us()).substr(0, 19);
      activity[10] = ' ';
    }
    rows.push_back({project.name(), std::to_string(project.run_count()), activity});
  }
  return aligned(rows);
}

int list_projects(const std::string& server, const ProjectListing& options) {
  RunsClient client(connect(server_url(server)));
  const auto projects = client.projects();
  Output out;
  out.write(options.json ? as_json(projects) : as_table(projects));
  out.commit();
  return kDone;
}

}  // namespace

void add_projects(Program& program) {
  auto* projects = program.app.add_subcommand("projects", "List projects.");
  projects->require_subcommand(1);
  auto* ls = projects->add_subcommand("ls", "All projects, newest activity first.");
  const auto options = std::make_shared<ProjectListing>();
  ls->add_flag("--json", options->json, "an array of objects, for scripts");
  ls->callback([&program, options] {
    program.action = [&program, options] { return list_projects(program.server, *options); };
  });
}

}  // namespace tracker::cli
