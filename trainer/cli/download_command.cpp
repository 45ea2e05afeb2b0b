#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/hub_arguments.hpp"
#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/glob.hpp"
#include "hub/local_folder.hpp"
#include "hub/snapshot.hpp"

namespace trainer::cli {
namespace {

hub::SnapshotRequest request_of(const DownloadArguments& a) {
  if (a.id.find("://") != std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is an address: write the id alone, as "
                            "google-bert/bert-base-uncased, and --repo-type dataset for a data set",
                            config::printable(a.id)));
  }
  if (!a.files.empty() && (!a.include.empty() || !a.exclude.empty())) {
    throw Error(ErrorCode::kUsage, "give names of files, or --include and --exclude, not both");
  }
  return {
      .repo = {.id = a.id,
               .type = a.repo_type == "dataset" ? hub::RepoType::kDataset : hub::RepoType::kModel,
               .revision = a.revision},
      .include = a.files.empty() ? a.include : a.files,
      .exclude = a.exclude,
      .threads = a.max_workers};
}

// Each name that was given must be there.
void check_names(const std::vector<std::string>& names, const hub::SnapshotPlan& plan,
                 const std::string& id) {
  for (const std::string& name : names) {
    if (std::none_of(plan.files.begin(), plan.files.end(), [&](const hub::PlannedFile& planned) {
          return hub::glob_matches(name, planned.file.path);
        })) {
      throw Error(ErrorCode::kHub, fmt::format("'{}' has no file {} at commit {}", id,
                                               config::printable(name), plan.commit));
    }
  }
}

void print_plan(const hub::SnapshotPlan& plan) {
  std::size_t missing = 0;
  std::uint64_t bytes = 0;
  for (const hub::PlannedFile& planned : plan.files) {
    fmt::print("{:>9}  {:<7}  {}\n", planned.file.size ? size_text(*planned.file.size) : "?",
               planned.cached ? "cached" : "fetch", config::printable(planned.file.path, 1024));
    missing += planned.cached ? 0 : 1;
    bytes += planned.cached ? 0 : planned.file.size.value_or(0);
  }
  fmt::print("{} of {} files would be fetched ({}), commit {}\n", missing, plan.files.size(),
             size_text(bytes), plan.commit);
}

void announce(const hub::SnapshotPlan& plan, TransferDisplay& display) {
  std::size_t missing = 0;
  std::uint64_t bytes = 0;
  for (const hub::PlannedFile& planned : plan.files) {
    missing += planned.cached ? 0 : 1;
    bytes += planned.cached ? 0 : planned.file.size.value_or(0);
  }
  display.expect(missing, bytes);
}

void print_summary(const hub::SnapshotPlan& plan, std::uint64_t bytes, double seconds) {
  const auto there = static_cast<std::size_t>(
      std::count_if(plan.files.begin(), plan.files.end(),
                    [](const hub::PlannedFile& planned) { return planned.cached; }));
  fmt::print(stderr, "{} files: {} were there, {} fetched ({} in {:.1f} s)\n", plan.files.size(),
             there, plan.files.size() - there, size_text(bytes), seconds);
}

}  // namespace

int run_download(const DownloadArguments& arguments) {
  const hub::SnapshotRequest request = request_of(arguments);
  const auto start = std::chrono::steady_clock::now();
  TransferDisplay display(transfer_style_of_terminal());
  const hub::Hub hub(hub::HubSettings::from_environment(), display.progress());
  const bool to_cache = arguments.local_dir.empty() && !arguments.dry_run;
  const hub::SnapshotPlan plan =
      hub::plan_snapshot(hub, request, to_cache ? hub::Keep::kYes : hub::Keep::kNo);
  check_names(arguments.files, plan, request.repo.id);
  std::string folder = plan.folder.string();
  if (arguments.dry_run) {
    print_plan(plan);
  } else {
    announce(plan, display);
    if (arguments.local_dir.empty()) {
      hub::fetch_snapshot(hub, request, plan);
    } else {
      folder = hub::fetch_to_folder(hub, request, plan, arguments.local_dir).string();
    }
    display.finish();
    if (hub.settings().progress_bars) {
      print_summary(
          plan, display.arrived(),
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    fmt::print("{}\n", folder);
  }
  if (std::fflush(stdout) != 0) {
    throw Error(ErrorCode::kIo, "standard output cannot be written: was its reader closed?");
  }
  return 0;
}

}  // namespace trainer::cli
