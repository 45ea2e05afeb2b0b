#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tracker::capture {

// The state of the work tree a program runs in.
struct GitState {
  std::string commit;  // empty before the first one
  std::string branch;  // empty when detached
  std::string remote;  // address of `origin` without credentials; empty if there is none
  std::uint64_t changed_files = 0;  // that git tracks and that differ from the commit
};

// Asks the program `git`, at most two seconds. Nothing if there is no git, no work tree, or no
// answer in time.
std::optional<GitState> read_git(const std::filesystem::path& directory);

// "https://user:token@host/x" → "https://host/x"; query and fragment go, too. "git@host:x" stays.
std::string without_credentials(std::string_view url);

}  // namespace tracker::capture
