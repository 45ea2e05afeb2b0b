#pragma once

#include <filesystem>

namespace tracker::base {

// This user's home directory: $HOME, else what the user database says (a service has no $HOME).
// Empty if neither knows one. Any thread, as long as none changes the environment.
std::filesystem::path home_directory();

}  // namespace tracker::base
