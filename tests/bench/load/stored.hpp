#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/ids.hpp"

// What the server has in its database.
namespace tracker::bench {

struct Stored {
  std::int64_t database_bytes = 0, series_bytes = 0, frame_bytes = 0;
};
Stored stored(const std::filesystem::path& data_directory);

// Asks the HTTP API how many points of the first key each run has, compacted or not. Empty when it
// is what was acknowledged, else what is wrong with the first run that differs.
std::string missing_points(const std::string& url, const std::vector<core::RunId>& runs,
                           const std::vector<std::uint64_t>& points_a_key);

}  // namespace tracker::bench
