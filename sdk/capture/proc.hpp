#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Counters of the kernel. Each read is one small file of /proc; nothing if it is not there or not
// understood. The parsers take the file's text, so that they can be tested.
namespace tracker::capture {

std::string read_proc(const char* path);

struct CpuTimes {
  std::uint64_t busy = 0, total = 0;  // clock ticks over all cores since boot
};
std::optional<CpuTimes> parse_cpu(std::string_view stat);

struct Memory {
  std::uint64_t total_bytes = 0, available_bytes = 0;
};
std::optional<Memory> parse_memory(std::string_view meminfo);
std::optional<Memory> read_memory();

struct Bytes {
  std::uint64_t in = 0, out = 0;  // received or read, sent or written
};
// All interfaces but loopback.
Bytes parse_network(std::string_view net_dev);
// Whole disks only: a partition's bytes are its disk's, and a mapped or loop device's are counted
// below it.
Bytes parse_disks(std::string_view diskstats);

// Resident bytes of this process, from /proc/self/statm.
std::optional<std::uint64_t> parse_resident(std::string_view statm, std::uint64_t page_bytes);

}  // namespace tracker::capture
