#pragma once

#include <filesystem>
#include <optional>
#include <string>

// The directory that a run writes to. Errors name --output-dir.
namespace trainer::api {

// Without the slashes that end it, so that what is written beside it is not written into it.
std::filesystem::path plain_path(std::filesystem::path path);

// The last part of its whole name, of "." and ".." too; "model" where there is none.
std::string folder_name(const std::filesystem::path& directory);

// Refuses a directory that holds checkpoints or a model already, which would then be mixed with
// those of this run. Not so its own: those that a resumed run goes on from, `checkpoint`, when none
// in the directory is later. An empty path is a directory of the run's own. Throws Error(kUsage).
void check_output_directory(const std::filesystem::path& directory,
                            const std::optional<std::filesystem::path>& checkpoint);

// Throws Error(kIo).
void make_directory(const std::filesystem::path& directory);

}  // namespace trainer::api
