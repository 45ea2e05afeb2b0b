#pragma once

#include <filesystem>
#include <vector>

#include <tracker/artifact.hpp>

// Models that wait to be handed to the tracker: the files of each in a folder DIRECTORY/N, and
// beside it DIRECTORY/N.json, written last, which says what version they are to be. So a process
// that is killed in between leaves them to the next one. docs/trainer.md has the format.
namespace trainer::api {

// `version.path` is the folder, whose files are all there and stay as they are. Only name, type,
// aliases and metadata are kept. The file is durable when it returns; throws Error(kIo).
void write_kept(const tracker::ArtifactSettings& version);

struct KeptVersion {
  int number;                         // N
  tracker::ArtifactSettings version;  // with an alias at least; ArtifactFiles::kLinked
};
// What an earlier process left in `directory`, by number. All else there is removed, folders that
// are not whole too (no such file, or files of other names or sizes than it says, as after a loss
// of power).
std::vector<KeptVersion> read_kept(const std::filesystem::path& directory);

// Removes the folder and its file, and the directory if it is empty then. Errors are ignored.
void remove_kept(const std::filesystem::path& folder);

}  // namespace trainer::api
