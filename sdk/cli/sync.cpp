#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include <tracker/error.hpp>

#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/settings.hpp"
#include "cli/stop_on_signal.hpp"
#include "cli/sync_progress.hpp"
#include "cli/sync_spools.hpp"
#include "cli/text.hpp"
#include "relay/discovery.hpp"
#include "spool/layout.hpp"
#include "spool/release.hpp"
#include "spool/staged.hpp"

namespace tracker::cli {
namespace {

struct SyncOptions {
  std::vector<std::string> directories;
  bool all = false;
  unsigned jobs = 4;
};

SyncProgress::Options screen(Speaker& out) {
  SyncProgress::Options options;
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    options.terminal = true;
    if (size.ws_col > 1) options.columns = size.ws_col;
  }
  options.write = [&out](std::string_view text) { out.write(text); };
  options.complain = [](std::string_view line) {
    fmt::print(stderr, "tracker: {}\n", printable(line));
  };
  return options;
}

// Those whose server answers. One that does not is told once, at once, and not for each of its
// spools after a long wait.
std::vector<SyncJob> deliverable(std::vector<SyncJob> jobs, SyncProgress& progress,
                                 const std::stop_token& stop) {
  std::map<std::string, int> spools;
  for (const auto& job : jobs) ++spools[job.server];
  for (const auto& [server, count] : spools) {
    if (stop.stop_requested()) break;
    try {
      relay::discover(server, {.stop = stop});
    } catch (const Error& error) {
      if (stop.stop_requested()) break;
      progress.failed(fmt::format("{}: {} spool{} left where they are; start tracker-server, or "
                                  "give its address with --server",
                                  error.what(), count, count == 1 ? "" : "s"),
                      count);
      std::erase_if(jobs, [&](const SyncJob& job) { return job.server == server; });
    }
  }
  return jobs;
}

void deliver_all(const std::vector<SyncJob>& jobs, unsigned parallel, SyncProgress& progress,
                 const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  const std::jthread painter([&](const std::stop_token& over) {
    std::unique_lock lock(mutex);
    while (!over.stop_requested()) {
      wake.wait_for(lock, over, std::chrono::milliseconds(100), [] { return false; });
      if (!over.stop_requested()) progress.draw();
    }
  });
  for_each_in_parallel(jobs, parallel, [&](const SyncJob& job) {
    progress.result(
        job, sync_spool(job, stop, [&](std::uint64_t acked) { progress.acked(job, acked); }));
  });
}

// Artifacts that were refused for good are no part of a log's delivery, and their files stay.
std::vector<std::string> refusals(const std::vector<std::filesystem::path>& directories) {
  std::vector<std::string> lines;
  for (const auto& root : directories) {
    for (const auto& writer : spool::list_writers(root)) {
      for (const auto& request : spool::staged_requests(writer)) {
        if (!request.refused()) continue;
        lines.push_back(fmt::format("{}: the artifact {} was refused: {}", writer.string(),
                                    request.name, spool::refusal_line(request)));
      }
    }
  }
  return lines;
}

int sync(const std::string& server, const SyncOptions& options) {
  const StopOnSignal stop;
  Speaker out;
  SyncProgress progress(screen(out));
  SyncPlan plan;
  plan.server = asked_server(server).value_or("");
  plan.fallback = server_url(server);
  plan.which = options.all ? SyncWhich::kAll : SyncWhich::kUndelivered;
  plan.unreadable = [&](const std::string& what) { progress.failed(what, 1); };
  for (const auto& directory : options.directories) {
    if (!std::filesystem::exists(directory))
      throw Error(ErrorCode::kNotFound, "there is no directory " + directory);
    plan.directories.emplace_back(directory);
  }
  if (plan.directories.empty()) plan.directories.push_back(spool::tracker_directory());
  const auto jobs = deliverable(jobs_of(plan), progress, stop.token());
  progress.begin(jobs);
  deliver_all(jobs, options.jobs, progress, stop.token());
  const auto refused = refusals(plan.directories);
  for (const auto& directory : plan.directories) spool::remove_delivered(directory);
  const SyncTotals totals = progress.conclude();
  for (const auto& line : refused) fmt::print(stderr, "tracker: {}\n", printable(line));
  if (totals.left > 0) out.say("interrupted: `tracker sync` goes on where it was");
  return totals.failed + totals.left == 0 && refused.empty() ? kDone : kFailed;
}

}  // namespace

void add_sync(Program& program) {
  auto* command = program.app.add_subcommand("sync", "Deliver what no server has taken yet.");
  const auto options = std::make_shared<SyncOptions>();
  command->add_option("DIR", options->directories,
                      "spools, runs, or folders of them (else all under $TRACKER_DIR)");
  command->add_flag("--all", options->all,
                    "also what was delivered and is still here: a server that was put back to an "
                    "older state takes what it lacks");
  command->add_option("--jobs", options->jobs, "how many spools at a time")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str()
      ->type_name("N");
  command->callback([&program, options] {
    program.action = [&program, options] { return sync(program.server, *options); };
  });
}

}  // namespace tracker::cli
