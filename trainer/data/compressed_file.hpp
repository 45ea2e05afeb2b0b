#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace trainer::data {

// More text than any of our readers will hold in memory; also the guard against decompression
// bombs.
inline constexpr std::uint64_t kMaxTextBytes = 8ULL << 30U;

// The content of a file, decompressed when it is gzip, zstd, xz or bzip2 (told by its bytes, not by
// its name). Throws Error(kNotFound, kIo) or kInvalidInput (damaged or cut off, more than `limit`
// bytes).
std::string read_file(const std::filesystem::path& file, std::uint64_t limit = kMaxTextBytes);

// The content of a file as it is. Throws Error(kIo).
std::string read_plain_file(const std::filesystem::path& file);

}  // namespace trainer::data
