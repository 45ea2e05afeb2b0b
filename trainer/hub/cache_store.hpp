#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/cache_layout.hpp"

// Reads and writes the small things of the cache: refs, links, marks of absence. Each change is one
// rename, so another process sees the old or the new state. Throw Error(kIo) unless said otherwise.
namespace trainer::hub {

// What CACHEDIR.TAG says.
inline constexpr std::string_view kCacheDirTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file marks a cache directory of the Hugging Face hub: backup programs may leave it "
    "out.\n"
    "# See https://bford.info/cachedir/\n";

struct CachedFile {
  std::optional<std::filesystem::path> path;
  bool known_missing = false;  // the repo has no such file at that commit
};

// What the cache knows of a file. A branch or tag means the commit that it meant when it was last
// asked for.
CachedFile look_up(const CacheLayout& layout, std::string_view revision, std::string_view path);
// Files of the snapshot of a revision, sorted; empty when there is none.
std::vector<std::string> list_cached(const CacheLayout& layout, std::string_view revision);

// What a file of refs/ says; nullopt when it is not there or says no commit.
std::optional<std::string> read_commit(const std::filesystem::path& ref);
// The commit that a revision means, as far as the cache knows.
std::optional<std::string> cached_commit(const CacheLayout& layout, std::string_view revision);

// Makes the folders for a blob, its pointer and its lock, and the tag for backup programs.
void prepare(const CacheLayout& layout, std::string_view etag,
             const std::filesystem::path& pointer);
void remember_ref(const CacheLayout& layout, std::string_view revision, std::string_view commit);
// As remember_ref(), but a cache that cannot be written (mounted read-only) is no error.
void remember_ref_if_possible(const CacheLayout& layout, std::string_view revision,
                              std::string_view commit);
// Never throws: what cannot be remembered is asked again.
void remember_missing(const CacheLayout& layout, std::string_view revision, std::string_view commit,
                      std::string_view path);

// Keeps a listing, and makes the folder of the commit's snapshot, without which Python takes the
// repo for damaged. Never throws.
void remember_tree(const CacheLayout& layout, std::string_view commit, std::string_view json);

// How a blob appears in its snapshot: as a symbolic link, or, where there can be none, as the file
// itself.
enum class Linking { kSymlinkElseMove, kSymlinkElseCopy, kMove, kCopy };
void link_pointer(const std::filesystem::path& blob, const std::filesystem::path& pointer,
                  const std::filesystem::path& target, Linking linking);

}  // namespace trainer::hub
