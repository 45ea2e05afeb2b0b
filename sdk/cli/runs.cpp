#include <memory>

#include "base/clock.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/run_view.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"
#include "spool/layout.hpp"

namespace tracker::cli {
namespace {

struct ListOptions {
  std::string project;
  bool json = false;
};
struct ShowOptions {
  std::string run;
  bool json = false;
};

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int list(const std::string& server, const ListOptions& options) {
  RunsClient client(server_url(server));
  const auto runs = client.runs(options.project);
  const std::int64_t now = base::now_us();
  Output out;
  if (options.json) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& run : runs) all.push_back(run_json(run, now));
    out.write(dump(all));
  } else {
    out.write(run_table(runs, now));
  }
  out.commit();
  return kDone;
}

int show(const std::string& server, const ShowOptions& options) {
  RunsClient client(server_url(server));
  const auto run = client.run(options.run);
  Output out;
  out.write(options.json ? dump(run_json(run, base::now_us())) : run_details(run, base::now_us()));
  out.commit();
  return kDone;
}

}  // namespace

void add_runs(Program& program) {
  auto* runs = program.app.add_subcommand("runs", "List and show runs.");
  runs->require_subcommand(1);

  auto* ls = runs->add_subcommand("ls", "The runs of a project, newest first.");
  const auto listing = std::make_shared<ListOptions>();
  ls->add_option("--project", listing->project, "name of the project")->required()->type_name("P");
  ls->add_flag("--json", listing->json, "an array of objects, for scripts");
  ls->callback([&program, listing] {
    program.action = [&program, listing] { return list(program.server, *listing); };
  });

  auto* one = runs->add_subcommand("show", "Everything about a run.");
  const auto showing = std::make_shared<ShowOptions>();
  one->add_option("RUN", showing->run, "its id, or project/name")->required();
  one->add_flag("--json", showing->json, "an object, for scripts");
  one->callback([&program, showing] {
    program.action = [&program, showing] { return show(program.server, *showing); };
  });
}

}  // namespace tracker::cli
