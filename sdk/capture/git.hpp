#pragma once

#include <cstddef>
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

// What differs from the commit in tracked files, as a patch that `git apply` takes, with the values
// of what looks like a secret masked (environment.hpp: without_secrets_in). Nothing if nothing
// differs, there is no commit, or git needs more than two seconds. At most kMostDiffBytes; a longer
// one is cut and says so in its last line.
inline constexpr std::size_t kMostDiffBytes = 512u << 10;
std::optional<std::string> read_diff(const std::filesystem::path& directory);

// "https://user:token@host/x" → "https://host/x"; query and fragment go, too. "git@host:x" stays.
std::string without_credentials(std::string_view url);

}  // namespace tracker::capture
