#include <cstdio>
#include <memory>

#include <tracker/error.hpp>

#include "base/clock.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/run_view.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"
#include "spool/layout.hpp"

namespace tracker::cli {
namespace {

struct RunListing {
  std::string project, filter, sort, group_by, metrics;
  std::size_t limit = 0;
  bool json = false;
};
struct ShowOptions {
  std::string run;
  bool json = false;
};

// A field that no run has is more often a slip than a question.
template <class Fields>
void warn_of(const Fields& unknown) {
  for (const auto& field : unknown)
    std::fprintf(stderr, "tracker: no run of the project has `%s`\n", printable(field).c_str());
}

int list_groups(const std::string& server, const RunListing& options) {
  if (!options.sort.empty() || options.limit != 0)
    throw Error(ErrorCode::kInvalidArgument,
                "--group-by has its own order (largest group first) and takes neither --sort nor "
                "--limit");
  v1::GroupRunsRequest request;
  request.set_project(options.project);
  request.set_filter(options.filter);
  request.set_by(options.group_by);
  request.set_metrics(options.metrics);
  const auto groups = RunsClient(connect(server_url(server))).groups(request);
  Output out;
  out.write(options.json ? json_text(groups_json(groups)) : group_table(groups));
  out.commit();
  warn_of(groups.unknown_fields());
  if (groups.more()) std::fputs("tracker: there are more groups than these\n", stderr);
  return kDone;
}

int list_runs(const std::string& server, const RunListing& options) {
  if (!options.group_by.empty()) return list_groups(server, options);
  if (!options.metrics.empty())
    throw Error(ErrorCode::kInvalidArgument, "--metrics belongs to --group-by");
  RunsClient client(connect(server_url(server)));
  const auto answer = client.runs({options.project, options.filter, options.sort, options.limit});
  const auto& runs = answer.runs;
  const std::int64_t now = base::now_us();
  Output out;
  if (options.json) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& run : runs) all.push_back(run_json(run, now));
    out.write(json_text(all));
  } else {
    out.write(run_table(runs, now));
  }
  out.commit();
  warn_of(answer.unknown_fields);
  return kDone;
}

int show(const std::string& server, const ShowOptions& options) {
  RunsClient client(connect(server_url(server)));
  const auto run = client.run(options.run);
  Output out;
  out.write(options.json ? json_text(run_json(run, base::now_us()))
                         : run_details(run, base::now_us()));
  out.commit();
  return kDone;
}

}  // namespace

void add_runs(Program& program) {
  auto* runs = program.app.add_subcommand("runs", "List and show runs.");
  runs->require_subcommand(1);

  auto* ls = runs->add_subcommand("ls", "The runs of a project, newest first, or as asked for.");
  const auto listing = std::make_shared<RunListing>();
  ls->add_option("--project", listing->project, "name of the project")->required()->type_name("P");
  ls->add_option("--filter", listing->filter, "which: \"loss.min < 0.2 and tag:baseline\"")
      ->type_name("Q");
  ls->add_option("--sort", listing->sort, "fields, `-` for falling: -summary.accuracy,lr")
      ->type_name("F,…");
  ls->add_option("--limit", listing->limit, "at most so many")->type_name("N");
  ls->add_option("--group-by", listing->group_by, "count runs of equal values of these fields")
      ->type_name("F,…");
  ls->add_option("--metrics", listing->metrics, "with --group-by: mean, std, min and max of these")
      ->type_name("F,…");
  ls->add_flag("--json", listing->json, "an array of objects, for scripts");
  ls->callback([&program, listing] {
    program.action = [&program, listing] { return list_runs(program.server, *listing); };
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
