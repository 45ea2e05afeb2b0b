#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/hub_arguments.hpp"
#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/cache_removal.hpp"
#include "hub/hub.hpp"

namespace trainer::cli {
namespace {

constexpr std::size_t kShownDigits = 12;

std::string utc(std::chrono::seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time.count())));
}

std::string ago(std::chrono::seconds time) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::int64_t seconds = std::max<std::int64_t>(0, (now - time).count());
  const auto text = [](std::int64_t count, const char* unit) {
    return fmt::format("{} {}{} ago", count, unit, count == 1 ? "" : "s");
  };
  if (time.count() == 0) return "never";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return text(seconds / 60, "minute");
  if (seconds < 86'400) return text(seconds / 3600, "hour");
  return text(seconds / 86'400, "day");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return config::printable(text);
}

std::uint64_t total_of(const hub::CacheScan& scan) {
  std::uint64_t bytes = 0;
  for (const hub::CachedRepo& repo : scan.repos) bytes += repo.bytes + repo.incomplete_bytes;
  return bytes;
}

nlohmann::ordered_json json_of_repo(const hub::CachedRepo& repo) {
  nlohmann::ordered_json revisions = nlohmann::ordered_json::array();
  for (const hub::CachedSnapshot& snapshot : repo.snapshots) {
    revisions.push_back({{"commit", snapshot.commit},
                         {"refs", snapshot.refs},
                         {"files", snapshot.files},
                         {"size_on_disk", snapshot.bytes},
                         {"path", snapshot.folder.string()}});
  }
  return {{"type", repo.type},
          {"id", repo.id},
          {"size_on_disk", repo.bytes},
          {"incomplete_bytes", repo.incomplete_bytes},
          {"last_used", utc(repo.last_used)},
          {"last_modified", utc(repo.last_modified)},
          {"path", repo.folder.string()},
          {"revisions", std::move(revisions)}};
}

void print_json(const hub::CacheScan& scan) {
  nlohmann::ordered_json repos = nlohmann::ordered_json::array();
  for (const hub::CachedRepo& repo : scan.repos) repos.push_back(json_of_repo(repo));
  fmt::print("{}\n", repos.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_table(const hub::CacheScan& scan) {
  std::size_t width = 2;
  for (const hub::CachedRepo& repo : scan.repos) width = std::max(width, repo.id.size());
  fmt::print("{:<{}}  {:<7}  {:<12}  {:>5}  {:>9}  {:<14}  {}\n", "ID", width, "TYPE", "REVISION",
             "FILES", "SIZE", "LAST USED", "REFS");
  std::size_t revisions = 0;
  std::uint64_t incomplete = 0;
  for (const hub::CachedRepo& repo : scan.repos) {
    for (const hub::CachedSnapshot& snapshot : repo.snapshots) {
      fmt::print("{:<{}}  {:<7}  {:<12}  {:>5}  {:>9}  {:<14}  {}\n", config::printable(repo.id),
                 width, repo.type, config::printable(snapshot.commit.substr(0, kShownDigits)),
                 snapshot.files, size_text(snapshot.bytes), ago(repo.last_used),
                 joined(snapshot.refs));
    }
    revisions += repo.snapshots.size();
    incomplete += repo.incomplete_bytes;
  }
  fmt::print("{} repos, {} revisions, {} on disk", scan.repos.size(), revisions,
             size_text(total_of(scan)));
  if (incomplete > 0) fmt::print(", {} of it of unfinished downloads", size_text(incomplete));
  fmt::print("\n");
}

void flush_output() {
  if (std::fflush(stdout) != 0) {
    throw Error(ErrorCode::kIo, "standard output cannot be written: was its reader closed?");
  }
}

const hub::CachedRepo& find_repo(const hub::CacheScan& scan, const std::string& id,
                                 const std::string& type, const std::string& cache) {
  const hub::CachedRepo* found = nullptr;
  for (const hub::CachedRepo& repo : scan.repos) {
    if (repo.id != id || (!type.empty() && repo.type != type)) continue;
    if (found != nullptr) {
      throw Error(ErrorCode::kUsage, fmt::format("'{}' is a {} and a {}: choose by --repo-type",
                                                 config::printable(id), found->type, repo.type));
    }
    found = &repo;
  }
  if (found == nullptr) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("the cache {} has no {} '{}': see trainer cache ls", cache,
                            type.empty() ? "repo" : type, config::printable(id)));
  }
  return *found;
}

std::vector<hub::RemovalPlan> plans_of(const CacheRemoveArguments& arguments,
                                       const hub::CacheScan& scan, const std::string& cache) {
  std::map<const hub::CachedRepo*, std::vector<std::string>> revisions;
  std::set<const hub::CachedRepo*> whole;
  for (const std::string& target : arguments.targets) {
    const std::size_t at = target.find('@');
    const hub::CachedRepo& repo = find_repo(scan, target.substr(0, at), arguments.repo_type, cache);
    std::vector<std::string>& chosen = revisions[&repo];
    if (at == std::string::npos) {
      whole.insert(&repo);
    } else if (at + 1 == target.size()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}' names no revision behind the @", config::printable(target)));
    } else {
      chosen.push_back(target.substr(at + 1));
    }
  }
  std::vector<hub::RemovalPlan> plans;
  for (const auto& [repo, chosen] : revisions) {
    plans.push_back(
        hub::plan_removal(*repo, whole.contains(repo) ? std::vector<std::string>() : chosen));
  }
  return plans;
}

void print_plan(const hub::RemovalPlan& plan) {
  for (const hub::CachedSnapshot& snapshot : plan.snapshots) {
    fmt::print(stderr, "{} {} {} {}\n", plan.repo.type, config::printable(plan.repo.id),
               config::printable(snapshot.commit.substr(0, kShownDigits)), joined(snapshot.refs));
  }
  if (plan.snapshots.empty()) {
    fmt::print(stderr, "{} {} (no revision, {} of downloads that are not finished)\n",
               plan.repo.type, config::printable(plan.repo.id),
               size_text(plan.repo.incomplete_bytes));
  }
}

void confirm() {
  if (isatty(STDIN_FILENO) == 0) {
    throw Error(ErrorCode::kUsage, "nothing was removed: nobody can be asked here; add --yes");
  }
  fmt::print(stderr, "remove them? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "y" && answer != "Y" && answer != "yes") {
    throw Error(ErrorCode::kInvalidInput, "nothing was removed");
  }
}

}  // namespace

int run_cache_list(const CacheListArguments& arguments) {
  const hub::CacheScan scan = hub::scan_cache(hub::HubSettings::from_environment().cache);
  arguments.json ? print_json(scan) : print_table(scan);
  for (const std::string& warning : scan.warnings) {
    fmt::print(stderr, "{}\n", config::printable(warning, 1000));
  }
  flush_output();
  return 0;
}

int run_cache_remove(const CacheRemoveArguments& arguments) {
  const std::filesystem::path cache = hub::HubSettings::from_environment().cache;
  const hub::CacheScan scan = hub::scan_cache(cache);
  const std::vector<hub::RemovalPlan> plans = plans_of(arguments, scan, cache.string());
  std::uint64_t bytes = 0;
  for (const hub::RemovalPlan& plan : plans) {
    bytes += plan.bytes;
    print_plan(plan);
  }
  if (arguments.dry_run) {
    fmt::print("would free {}\n", size_text(bytes));
    flush_output();
    return 0;
  }
  if (!arguments.yes) confirm();
  hub::Removed all;
  for (const hub::RemovalPlan& plan : plans) {
    const hub::Removed removed = hub::remove_cached(plan);
    all.bytes += removed.bytes;
    all.blobs += removed.blobs;
    all.in_use += removed.in_use;
  }
  if (all.in_use > 0) {
    fmt::print(stderr, "{} files stay: another process is fetching them\n", all.in_use);
  }
  fmt::print("freed {} ({} files)\n", size_text(all.bytes), all.blobs);
  flush_output();
  return 0;
}

}  // namespace trainer::cli
