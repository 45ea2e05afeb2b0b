#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "artifact/manifest.hpp"

// Chunks in files on this machine. Any thread.
namespace tracker::artifact {

// Reads a chunk's bytes from where it should stand; false when they are not there or others.
// `buffer` holds them afterwards. Throws Error(kUnavailable) when the disk does not give them.
bool read_chunk(int fd, std::uint64_t offset, const ChunkRef& chunk, std::string& buffer);

// Writes all of the bytes at an offset. errno, or 0.
int write_at(int fd, std::uint64_t offset, std::string_view bytes) noexcept;

// The first stretch of a file that is not the entry's: from, to in bytes of the entry's file.
// Nothing if the file is the entry's. What follows its last chunk counts, too.
struct Stretch {
  std::uint64_t from, to;
};
std::optional<Stretch> first_difference(int fd, const Entry& entry);

// Digest of the whole file, from its first byte. Throws Error(kUnavailable).
Sha256 digest_of(int fd);

}  // namespace tracker::artifact
