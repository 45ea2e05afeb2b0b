#include <fmt/format.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include <tracker/error.hpp>

#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/settings.hpp"
#include "cli/sync_spools.hpp"
#include "cli/text.hpp"
#include "relay/discovery.hpp"
#include "spool/layout.hpp"
#include "spool/release.hpp"

namespace tracker::cli {
namespace {

struct SyncOptions {
  std::vector<std::string> directories;
  bool all = false;
};

// What the workers say, line by line, and the sums. Any thread.
class SyncTalk {
 public:
  void result(const SyncJob& job, const SyncResult& result) {
    const std::lock_guard lock(mutex_);
    const std::string what = printable(job.name) + " (" + printable(job.project) + ")";
    switch (result.kind) {
      case SyncResult::Kind::kDelivered:
        ++delivered_;
        return out_.say("delivered  " + what);
      case SyncResult::Kind::kLive:
        ++live_;
        return out_.say("still running, sent so far  " + what);
      case SyncResult::Kind::kUndelivered:
        ++failed_;
        return complain(what + ": " + result.message);
    }
  }

  // At most a line in two seconds for all together.
  void progress(const SyncJob& job, std::uint64_t acked) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_progress_) return;
    next_progress_ = now + std::chrono::seconds(2);
    out_.say(bytes_text(acked) + " of  " + printable(job.name) + " (" + printable(job.project) +
             ")");
  }

  void unreadable(const std::string& what) {
    ++failed_;
    complain(what);
  }

  void unreachable(const std::string& why, int spools) {
    failed_ += spools;
    complain(
        fmt::format("{}: {} spool{} left where they are; start tracker-server, or give its "
                    "address with --server",
                    why, spools, spools == 1 ? "" : "s"));
  }

  int conclude() {
    if (delivered_ + live_ + failed_ == 0) {
      out_.say("nothing to deliver");
    } else {
      out_.say(
          fmt::format("{} delivered, {} still running, {} failed", delivered_, live_, failed_));
    }
    return failed_ == 0 ? kDone : kFailed;
  }

 private:
  static void complain(const std::string& line) {
    fmt::print(stderr, "tracker: {}\n", printable(line));
  }

  std::mutex mutex_;
  Speaker out_;
  int delivered_ = 0, live_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point next_progress_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(2);
};

// Those whose server answers. One that does not is told once, at once, and not for each of its
// spools after a long wait.
std::vector<SyncJob> deliverable(std::vector<SyncJob> jobs, SyncTalk& talk) {
  std::map<std::string, int> spools;
  for (const auto& job : jobs) ++spools[job.server];
  for (const auto& [server, count] : spools) {
    try {
      relay::discover(server);
    } catch (const Error& error) {
      talk.unreachable(error.what(), count);
      std::erase_if(jobs, [&](const SyncJob& job) { return job.server == server; });
    }
  }
  return jobs;
}

int sync(const std::string& server, const SyncOptions& options) {
  SyncTalk talk;
  SyncPlan plan;
  plan.server = asked_server(server).value_or("");
  plan.fallback = server_url(server);
  plan.which = options.all ? SyncWhich::kAll : SyncWhich::kUndelivered;
  plan.unreadable = [&](const std::string& what) { talk.unreadable(what); };
  for (const auto& directory : options.directories) {
    if (!std::filesystem::exists(directory))
      throw Error(ErrorCode::kNotFound, "there is no directory " + directory);
    plan.directories.emplace_back(directory);
  }
  if (plan.directories.empty()) plan.directories.push_back(spool::tracker_directory());
  const auto jobs = deliverable(jobs_of(plan), talk);
  for_each_in_parallel(jobs, [&](const SyncJob& job) {
    talk.result(job, sync_spool(job, [&](std::uint64_t acked) { talk.progress(job, acked); }));
  });
  for (const auto& directory : plan.directories) spool::remove_delivered(directory);
  return talk.conclude();
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
  command->callback([&program, options] {
    program.action = [&program, options] { return sync(program.server, *options); };
  });
}

}  // namespace tracker::cli
