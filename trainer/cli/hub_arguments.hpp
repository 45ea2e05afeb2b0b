#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

// The commands that need no model code: `trainer download` and `trainer cache`. Names are those of
// `hf download` and `hf cache`.
namespace trainer::cli {

struct DownloadArguments {
  std::string id;
  std::vector<std::string> files;  // names or folders (with a slash at the end); none: everything
  std::string revision = "main";
  std::string repo_type = "model";
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::string local_dir;
  std::size_t max_workers = 8;
  bool dry_run = false;
};

struct CacheListArguments {
  bool json = false;
};

struct CacheRemoveArguments {
  std::vector<std::string> targets;  // ID or ID@REVISION
  std::string repo_type;             // empty: whatever has that id
  bool yes = false;
  bool dry_run = false;
};

struct HubArguments {
  DownloadArguments download;
  CacheListArguments cache_ls;
  CacheRemoveArguments cache_rm;
};

enum class HubCommand { kDownload, kCacheList, kCacheRemove };

// Adds the subcommands; `chosen` is called when one of them was parsed.
void define_hub_commands(CLI::App& app, HubArguments& arguments,
                         const std::function<void(HubCommand)>& chosen);

// Each returns the exit code and throws Error for everything that is wrong.
int run_download(const DownloadArguments& arguments);
int run_cache_list(const CacheListArguments& arguments);
int run_cache_remove(const CacheRemoveArguments& arguments);
int run_hub_command(HubCommand command, const HubArguments& arguments);

}  // namespace trainer::cli
