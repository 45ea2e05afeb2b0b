#include "hub/cache_scan.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "hub/cache_layout.hpp"

namespace trainer::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
    {{"models--", "model"},
     {"datasets--", "dataset"},
     {"spaces--", "space"},
     {"kernels--", "kernel"}}};

std::string id_of(std::string_view folder_name) {
  std::string id;
  while (true) {
    const std::size_t at = folder_name.find("--");
    id += folder_name.substr(0, at);
    if (at == std::string_view::npos) {
      return id;
    }
    id += '/';
    folder_name.remove_prefix(at + 2);
  }
}

// Names in a folder, sorted; none when there is no such folder.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::map<std::string, std::vector<std::string>> refs_of(const fs::path& folder) {
  std::map<std::string, std::vector<std::string>> refs;
  std::error_code error;
  const fs::path root = folder / "refs";
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
       at.increment(error)) {
    if (std::error_code gone; !at->is_regular_file(gone)) {
      continue;
    }
    std::ifstream stream(at->path(), std::ios::binary);
    std::string commit(kCommitDigits, '\0');
    stream.read(commit.data(), kCommitDigits);
    if (stream && is_commit(commit)) {
      refs[commit].push_back(at->path().lexically_relative(root).string());
    }
  }
  for (auto& [commit, names] : refs) {
    std::sort(names.begin(), names.end());
  }
  return refs;
}

struct Blobs {
  std::map<fs::path, struct stat> stats;

  // nullptr when the content is not there.
  const struct stat* find(const fs::path& content) {
    if (const auto known = stats.find(content); known != stats.end()) {
      return &known->second;
    }
    struct stat info {};
    return stat(content.c_str(), &info) == 0 ? &stats.emplace(content, info).first->second
                                             : nullptr;
  }
};

CachedSnapshot scan_snapshot(const fs::path& folder, Blobs& blobs,
                             std::vector<std::string>& warnings) {
  CachedSnapshot snapshot{.commit = folder.filename().string(), .refs = {}, .folder = folder};
  std::set<fs::path> counted;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (std::error_code gone; at->is_directory(gone) && !at->is_symlink(gone)) {
      continue;
    }
    const fs::path content = content_of(at->path());
    const struct stat* info = blobs.find(content);
    if (info == nullptr) {
      warnings.push_back(fmt::format("{}: its content {} is missing; trainer download fetches it",
                                     at->path().string(), content.string()));
      continue;
    }
    ++snapshot.files;
    if (counted.insert(content).second) {
      snapshot.bytes += static_cast<std::uint64_t>(info->st_size);
    }
  }
  return snapshot;
}

CachedRepo scan_repo(const fs::path& folder, std::string_view type, std::string_view name,
                     std::vector<std::string>& warnings) {
  CachedRepo repo{.type = std::string(type), .id = id_of(name), .folder = folder, .snapshots = {}};
  auto refs = refs_of(folder);
  Blobs blobs;
  for (const fs::path& entry : entries_of(folder / "snapshots")) {
    if (std::error_code gone; fs::is_directory(entry, gone)) {
      repo.snapshots.push_back(scan_snapshot(entry, blobs, warnings));
      repo.snapshots.back().refs = std::move(refs[repo.snapshots.back().commit]);
    }
  }
  for (const auto& [path, info] : blobs.stats) {
    repo.bytes += static_cast<std::uint64_t>(info.st_size);
    repo.last_used = std::max(repo.last_used, std::chrono::seconds(info.st_atime));
    repo.last_modified = std::max(repo.last_modified, std::chrono::seconds(info.st_mtime));
  }
  for (const fs::path& entry : entries_of(folder / "blobs")) {
    std::error_code gone;
    if (entry.extension() == ".incomplete") {
      if (const auto size = fs::file_size(entry, gone); !gone) {
        repo.incomplete_bytes += size;
      }
    }
  }
  return repo;
}

}  // namespace

fs::path content_of(const fs::path& pointer) {
  std::error_code error;
  const fs::path target = fs::read_symlink(pointer, error);
  if (error) {
    return pointer;
  }
  return (target.is_absolute() ? target : pointer.parent_path() / target).lexically_normal();
}

CacheScan scan_cache(const fs::path& cache) {
  CacheScan scan;
  for (const fs::path& entry : entries_of(fs::absolute(cache).lexically_normal())) {
    const std::string name = entry.filename().string();
    if (name.starts_with('.') || name == "CACHEDIR.TAG" || name == "blobs") {
      continue;
    }
    const auto* const type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) {
      return name.starts_with(known.first);
    });
    std::error_code error;
    if (type == kTypes.end() || name.size() == type->first.size() ||
        !fs::is_directory(entry, error)) {
      scan.warnings.push_back(entry.string() + ": not a repo's folder");
      continue;
    }
    scan.repos.push_back(scan_repo(
        entry, type->second, std::string_view(name).substr(type->first.size()), scan.warnings));
  }
  std::sort(scan.repos.begin(), scan.repos.end(), [](const CachedRepo& a, const CachedRepo& b) {
    return std::tie(a.type, a.id) < std::tie(b.type, b.id);
  });
  return scan;
}

}  // namespace trainer::hub
