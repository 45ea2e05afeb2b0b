#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spool/record.hpp"

// The payload of an ingest frame: the records of a range of one writer's log, rows turned columnar,
// compressed with zstd. Bytes: docs/frame-format.md. A frame stands alone: it carries the names of
// the keys it uses.
namespace tracker::spool {

// Rows that were logged with the same keys in the same order, in log order. `values` is column by
// column: values[k * rows() + r]. Steps are empty for system samples.
struct RowGroup {
  bool system = false;
  std::vector<std::string> keys;
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> times_us;
  // Position of each row in the frame's log order, so that "later wins" holds across groups.
  std::vector<std::uint32_t> order;
  std::vector<double> values;

  std::size_t rows() const noexcept { return times_us.size(); }
};

struct Frame {
  std::vector<RowGroup> groups;
  // Everything else, in log order: RunStart, Config, Summary, Console, … never Key, Row or System.
  std::vector<Record> records;
};

inline constexpr std::uint32_t kFrameVersion = 1;

struct FrameLimits {
  std::size_t compressed_bytes = 4u << 20;
  std::size_t decompressed_bytes = 32u << 20;
  std::size_t keys = 100'000;
  std::size_t groups = 65'536;
  std::size_t records = 262'144;  // other than rows
};

// Turns rows and other records into a frame's payload.
std::string encode_frame(const Frame& frame);

// The inverse, for bytes nobody vouches for: sizes are checked before anything is allocated, and
// texts are such (utf8.hpp) and within the limits of record.hpp. Throws Error(kDataLoss).
Frame decode_frame(std::string_view payload, const FrameLimits& limits = {});

}  // namespace tracker::spool
