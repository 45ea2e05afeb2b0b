#pragma once

#include <filesystem>

#include "hub/snapshot.hpp"

// A snapshot as plain files in a folder of the user's choice, as `hf download --local-dir` makes
// it:
//
//   <folder>/config.json …
//   <folder>/.cache/huggingface/download/<path>.metadata    commit, etag and time (a line each)
//   <folder>/.cache/huggingface/download/<path>.lock        held (flock) while the file is made
//   <folder>/.cache/huggingface/download/<path>.XXXXXXXX.incomplete
//   <folder>/.cache/huggingface/.gitignore, CACHEDIR.TAG
//
// A file that is there already stays when its notes or its checksum say that it is the wanted one;
// else it is replaced. What the cache has is copied.
namespace trainer::hub {

// Returns the folder, absolute. Errors as of fetch_snapshot(); Error(kInvalidInput) for a repo with
// files of its own below .cache/huggingface.
std::filesystem::path fetch_to_folder(const Hub& hub, const SnapshotRequest& request,
                                      const SnapshotPlan& plan,
                                      const std::filesystem::path& folder);

}  // namespace trainer::hub
