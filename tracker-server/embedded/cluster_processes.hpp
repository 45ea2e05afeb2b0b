#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "embedded/process.hpp"

namespace tracker::embedded {

// Processes whose working directory is the cluster: its postmaster and backends, also orphaned
// ones.
std::vector<pid_t> processes_in(const std::filesystem::path& cluster);

// Fast shutdown, then immediate, then SIGKILL; returns when it has ended.
void stop_postmaster(Process& process) noexcept;

}  // namespace tracker::embedded
