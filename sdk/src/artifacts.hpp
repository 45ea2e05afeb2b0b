#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <tracker/artifact.hpp>

// Handing artifacts to the relay: spool/staged.hpp.
namespace tracker {

// What the version is to the run.
enum class ArtifactRole {
  kOutput,  // the run made it
  kInput,   // the run uses it
};

// Copies or links the files if it is to, and submits the request; all of it is on the disk then.
// Returns its folder. Any thread. Throws Error, or what the standard library throws; nothing is
// left then.
std::filesystem::path stage_artifact(const std::filesystem::path& writer_directory,
                                     const ArtifactSettings& settings,
                                     ArtifactRole role = ArtifactRole::kOutput);
std::filesystem::path stage_use(const std::filesystem::path& writer_directory,
                                std::string_view name);

// What became of staging: a folder, or why there is none, which is said on stderr as well.
struct Staged {
  std::filesystem::path folder;
  std::string error;
};
Staged hand_over(const std::function<std::filesystem::path()>& stage) noexcept;

}  // namespace tracker
