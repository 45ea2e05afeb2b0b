#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tracker::embedded {

// How to connect to the private cluster of a data directory whose server runs: libpq keywords with
// the password, not for logs. Absent when no cluster runs there. Touches nothing. Throws
// Error(kPermissionDenied) when the password cannot be read.
std::optional<std::string> running_cluster(const std::filesystem::path& data_directory);

}  // namespace tracker::embedded
