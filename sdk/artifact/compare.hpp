#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "artifact/chunk_io.hpp"

// A folder held against a manifest.
namespace tracker::artifact {

struct Difference {
  enum class Kind {
    kMissing,  // no such file, or something else under its name
    kChanged,  // other bytes, first in `where`
    kExtra,    // a file that the version does not have
  };
  Kind kind;
  std::string path;
  Stretch where{0, 0};
};

// Reads every file of the folder that the manifest has, byte for byte, and lists what else there
// is. References are passed over. Links are not followed: one in a file's place is kMissing.
// `progress` is told the bytes of each file that was read. Throws Error: kNotFound without the
// folder, kUnavailable when the disk does not give the bytes, kInvalidArgument for a manifest
// against the rules.
std::vector<Difference> compare_folder(const std::filesystem::path& folder,
                                       std::string_view manifest,
                                       const std::function<void(std::uint64_t)>& progress);

}  // namespace tracker::artifact
