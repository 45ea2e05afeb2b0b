#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "embedded/process.hpp"

// postgres.log: what initdb and the postmaster say.
namespace tracker::embedded {

// For appending. Throws Error(kUnavailable).
Fd open_log(const std::filesystem::path& file);
// Puts a log of more than 16 MB aside as `<file>.1`.
void rotate_log(const std::filesystem::path& file);
std::uintmax_t log_size(const std::filesystem::path& file);
// The last line after byte `from` that names a failure, else the last line; for a one-line error.
std::string reason_in_log(const std::filesystem::path& file, std::uintmax_t from);

// A file in memory that a child of any user can read as /proc/self/fd/N, and nobody else.
Fd secret_file(const std::string& text);

}  // namespace tracker::embedded
