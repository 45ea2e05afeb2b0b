#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hub/hub.hpp"

// A whole repo, or what patterns choose of it, at one commit: as huggingface_hub's
// snapshot_download.
namespace trainer::hub {

struct SnapshotRequest {
  Repo repo;
  std::vector<std::string> include = {};  // patterns (hub/glob.hpp); empty: everything
  std::vector<std::string> exclude = {};
  std::size_t threads = 8;  // files at a time
};

struct PlannedFile {
  ListedFile file;
  bool cached = false;
};
struct SnapshotPlan {
  std::string commit;
  std::vector<PlannedFile> files;  // sorted by path
  std::filesystem::path folder;    // where they lie, or will lie
};

// Asks for the listing and looks into the cache; fetches nothing. Throws Error(kHub) as Hub does,
// and when the patterns choose nothing, or offline when the cache has nothing or not everything.
SnapshotPlan plan_snapshot(const Hub& hub, const SnapshotRequest& request, Keep keep);

// Fetches what the plan lacks.
void fetch_snapshot(const Hub& hub, const SnapshotRequest& request, const SnapshotPlan& plan);

}  // namespace trainer::hub
