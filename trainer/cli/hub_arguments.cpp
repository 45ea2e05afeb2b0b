#include "cli/hub_arguments.hpp"

#include <CLI/CLI.hpp>

namespace trainer::cli {
namespace {

constexpr int kMostWorkers = 64;

void define_download(CLI::App& app, DownloadArguments& a, const std::function<void()>& chosen) {
  CLI::App& download = *app.add_subcommand(
      "download", "files of the hub into the cache; prints the folder where they lie");
  download.add_option("ID", a.id, "google-bert/bert-base-uncased")->required();
  download.add_option("FILES", a.files, "names, or folders with a slash at the end [everything]");
  download.add_option("--revision", a.revision, "branch, tag, refs/pr/N or commit")
      ->capture_default_str();
  download.add_option("--repo-type", a.repo_type, "model or dataset")
      ->capture_default_str()
      ->check(CLI::IsMember({"model", "dataset"}));
  download.add_option("--include", a.include, "only files that fit a pattern, as '*.json'");
  download.add_option("--exclude", a.exclude, "no files that fit a pattern");
  download.add_option("--local-dir", a.local_dir, "into this folder instead of the cache");
  download.add_option("--max-workers", a.max_workers, "files at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, kMostWorkers));
  download.add_flag("--dry-run", a.dry_run, "only list what would be fetched");
  download.callback(chosen);
}

void define_cache(CLI::App& app, HubArguments& a, const std::function<void(HubCommand)>& chosen) {
  CLI::App& cache = *app.add_subcommand("cache", "what lies in the cache of the hub");
  cache.require_subcommand(1);
  CLI::App& ls = *cache.add_subcommand("ls", "repos, revisions, sizes, last use");
  ls.add_flag("--json", a.cache_ls.json, "print JSON instead of a table");
  ls.callback([chosen] { chosen(HubCommand::kCacheList); });
  CLI::App& rm = *cache.add_subcommand("rm", "removes repos or revisions");
  rm.add_option("ID[@REVISION]", a.cache_rm.targets,
                "a repo, or one of its revisions (a commit, its beginning, or a branch or tag)")
      ->required();
  rm.add_option("--repo-type", a.cache_rm.repo_type, "model or dataset [whatever has that id]")
      ->check(CLI::IsMember({"model", "dataset", "space", "kernel"}));
  rm.add_flag("--yes,-y", a.cache_rm.yes, "do not ask");
  rm.add_flag("--dry-run", a.cache_rm.dry_run, "only say what would go");
  rm.callback([chosen] { chosen(HubCommand::kCacheRemove); });
}

}  // namespace

void define_hub_commands(CLI::App& app, HubArguments& arguments,
                         const std::function<void(HubCommand)>& chosen) {
  define_download(app, arguments.download, [chosen] { chosen(HubCommand::kDownload); });
  define_cache(app, arguments, chosen);
}

int run_hub_command(HubCommand command, const HubArguments& arguments) {
  switch (command) {
    case HubCommand::kDownload:
      return run_download(arguments.download);
    case HubCommand::kCacheList:
      return run_cache_list(arguments.cache_ls);
    case HubCommand::kCacheRemove:
      return run_cache_remove(arguments.cache_rm);
  }
  return 1;
}

}  // namespace trainer::cli
