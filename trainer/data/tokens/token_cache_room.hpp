#pragma once

#include <cstdint>
#include <filesystem>

// Keeps the folder of the token cache below a size (docs/token-cache.md, Size).
namespace trainer::data {

inline constexpr const char* kTokenFileEnding = ".tokens";

// The file counts as the one that was used last.
void mark_used(const std::filesystem::path& file) noexcept;

// Removes token files other than `keep`, those first that were used longest ago, until all are
// within max_bytes together; also temporary files older than a day. What cannot be removed stays.
void make_room(const std::filesystem::path& folder, std::uint64_t max_bytes,
               const std::filesystem::path& keep) noexcept;

}  // namespace trainer::data
