#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "embedded/process.hpp"

// Which processes are a cluster's: they run a program called `postgres`, and their working
// directory is the cluster. Neither alone would do: somebody's shell may stand in the cluster, and
// other clusters have a postgres too.
namespace tracker::embedded {

// Also when the program's file was replaced or removed since it was started (an upgrade).
bool is_process_of(const std::filesystem::path& cluster, pid_t pid);

// The postmaster and its backends, also orphaned ones.
std::vector<pid_t> processes_of(const std::filesystem::path& cluster);

// Fast shutdown, then immediate, then SIGKILL; returns when it has ended.
void stop_postmaster(Process& process) noexcept;

}  // namespace tracker::embedded
