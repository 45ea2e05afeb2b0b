#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What a cache holds, as huggingface_hub's scan_cache_dir sees it. Reads only; whatever other
// processes do meanwhile, an entry that goes during the scan is left out.
namespace trainer::hub {

struct CachedSnapshot {
  std::string commit;
  std::vector<std::string> refs;  // sorted; those that mean this commit
  std::size_t files = 0;
  std::uint64_t bytes = 0;  // each blob once
  std::filesystem::path folder;
};

struct CachedRepo {
  std::string type;  // model, dataset, space or kernel
  std::string id;
  std::filesystem::path folder;
  std::vector<CachedSnapshot> snapshots;  // sorted by commit
  std::uint64_t bytes = 0;                // of the blobs of all snapshots, each once
  std::uint64_t incomplete_bytes = 0;     // of downloads that broke off, or are going on
  // When a blob was read last, as far as the file system notes it; written last.
  std::chrono::seconds last_used{0};  // since 1970
  std::chrono::seconds last_modified{0};
};

struct CacheScan {
  std::vector<CachedRepo> repos;      // sorted by type and id
  std::vector<std::string> warnings;  // a line for each folder that is no repo or damaged
};

// An absent cache is an empty one.
CacheScan scan_cache(const std::filesystem::path& cache);

// Where a file of a snapshot has its content: the blob that its link names (itself perhaps a link
// into the store that repos share), or the file itself.
std::filesystem::path content_of(const std::filesystem::path& pointer);

}  // namespace trainer::hub
