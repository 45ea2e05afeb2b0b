#pragma once

#include <filesystem>
#include <string_view>

#include <tracker/artifact.hpp>

// Handing artifacts to the relay: spool/staged.hpp.
namespace tracker {

// Copies the files if it is to, and submits the request. Returns its folder. Throws Error.
std::filesystem::path stage_artifact(const std::filesystem::path& writer_directory,
                                     const ArtifactSettings& settings);
std::filesystem::path stage_use(const std::filesystem::path& writer_directory,
                                std::string_view name);

}  // namespace tracker
