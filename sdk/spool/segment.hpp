#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crc32c.hpp"
#include "base/fd.hpp"
#include "spool/record.hpp"

// The bytes of a segment file: header, record heads, names. See docs/spool-format.md.
namespace tracker::spool {

inline constexpr std::uint8_t kSpoolVersion = 2;
inline constexpr std::size_t kSegmentHeaderBytes = 128;
inline constexpr std::size_t kRecordHeadBytes = 16;
inline constexpr std::size_t kMaxPayloadBytes = 1u << 20;
inline constexpr std::uint64_t kMaxSegmentCapacity = 1u << 30;
inline constexpr std::uint8_t kPaddingKind = 255;

struct SegmentHeader {
  Offset base{};
  std::uint64_t capacity = 0;
  std::string writer_id, run_id;  // 36 bytes each
  std::int64_t made_us = 0;
  std::uint32_t seed = 0;  // filled in by encode and decode

  Offset end() const noexcept { return Offset{to_bytes(base) + capacity}; }
};

// 128 bytes; sets header.seed.
std::string encode_segment_header(SegmentHeader& header);
// Throws Error: kFailedPrecondition for a newer version, kDataLoss for anything else that is not a
// header.
SegmentHeader decode_segment_header(std::string_view bytes, const std::filesystem::path& file);

constexpr std::size_t record_bytes(std::size_t payload) noexcept {
  return (kRecordHeadBytes + payload + 7) & ~std::size_t{7};
}

// First word of a record's head.
struct Announcement {
  std::uint32_t length = 0;
  std::uint8_t kind = 0;
};
inline constexpr std::uint64_t kHashFactor = 0x9E3779B97F4A7C15u;
constexpr std::uint64_t pack_announcement(Announcement a, Offset at) noexcept {
  const std::uint64_t low = a.length | std::uint64_t{a.kind} << 32;
  const std::uint64_t check = ((low ^ (to_bytes(at) * kHashFactor)) * kHashFactor) >> 48;
  return low | std::uint64_t{0xA5} << 40 | check << 48;
}
// Nothing if the word is no announcement of a record at this offset.
constexpr std::optional<Announcement> unpack_announcement(std::uint64_t word, Offset at) noexcept {
  const Announcement a{static_cast<std::uint32_t>(word), static_cast<std::uint8_t>(word >> 32)};
  if (pack_announcement(a, at) != word) return std::nullopt;
  return a;
}

// Second word of the head of a record that is published.
inline std::uint64_t pack_publication(std::uint32_t seed, Offset at, std::uint64_t announcement,
                                      std::string_view payload) noexcept {
  const std::uint64_t place[2] = {to_bytes(at), announcement};
  return base::crc32c(base::crc32c(seed, place, sizeof place), payload) | std::uint64_t{1} << 32;
}

std::filesystem::path segment_path(const std::filesystem::path& writer_directory, Offset base);
// Bases of the segments in a writer's directory, rising; empty if there are none or no directory.
std::vector<Offset> list_segments(const std::filesystem::path& writer_directory);

// Gives a file room on the disk: 0 or an errno value. posix_fallocate, or what a test puts in its
// place.
using Allocate = std::function<int(int fd, std::uint64_t bytes)>;
int allocate_file(int fd, std::uint64_t bytes);

// Makes, allocates and names a segment; returns it open for reading and writing. Sets header.seed.
// Throws Error(kResourceExhausted) if there is no room (nothing is left behind), kUnavailable for
// other failures.
base::Fd create_segment(const std::filesystem::path& writer_directory, SegmentHeader& header,
                        const Allocate& allocate);

}  // namespace tracker::spool
