#include "capture/proc.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "base/fd.hpp"

namespace tracker::capture {
namespace {

constexpr std::uint64_t kSectorBytes = 512;  // the unit of /proc/diskstats whatever the disk's own

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = line.find_first_not_of(" \t:", at);
    if (start == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t:", start), line.size());
    words.push_back(line.substr(start, at - start));
  }
  return words;
}

std::uint64_t number(std::string_view word) {
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

template <class Function>
void for_each_line(std::string_view text, Function&& function) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    function(words_of(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

// sda, vda, xvda, hda, nvme0n1, mmcblk0: not sda1, nvme0n1p1, loop0, dm-0, md0, zram0.
bool is_whole_disk(std::string_view name) {
  const bool ends_in_digit =
      !name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) != 0;
  for (const std::string_view letters : {"sd", "vd", "xvd", "hd"}) {
    if (name.starts_with(letters)) return !ends_in_digit;
  }
  return (name.starts_with("nvme") || name.starts_with("mmcblk")) &&
         name.find('p') == std::string_view::npos;
}

}  // namespace

std::string read_proc(const char* path) {
  std::string out;
  const base::Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return out;
  char bytes[8192];
  ssize_t n;
  while ((n = ::read(fd.get(), bytes, sizeof bytes)) > 0)
    out.append(bytes, static_cast<std::size_t>(n));
  return out;
}

std::optional<CpuTimes> parse_cpu(std::string_view stat) {
  const auto words = words_of(stat.substr(0, stat.find('\n')));
  if (words.size() < 6 || words[0] != "cpu") return std::nullopt;
  CpuTimes times;
  // user nice system idle iowait irq softirq steal; guest times are within user's
  for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 9); ++i) {
    const std::uint64_t ticks = number(words[i]);
    times.total += ticks;
    if (i != 4 && i != 5) times.busy += ticks;
  }
  return times;
}

std::optional<Memory> parse_memory(std::string_view meminfo) {
  Memory memory;
  for_each_line(meminfo, [&](const std::vector<std::string_view>& words) {
    if (words.size() < 2) return;
    if (words[0] == "MemTotal") memory.total_bytes = number(words[1]) * 1024;
    if (words[0] == "MemAvailable") memory.available_bytes = number(words[1]) * 1024;
  });
  if (memory.total_bytes == 0) return std::nullopt;
  return memory;
}

std::optional<Memory> read_memory() { return parse_memory(read_proc("/proc/meminfo")); }

Bytes parse_network(std::string_view net_dev) {
  Bytes sum;
  for_each_line(net_dev, [&](const std::vector<std::string_view>& words) {
    if (words.size() < 17 || words[0] == "lo") return;
    sum.in += number(words[1]);
    sum.out += number(words[9]);
  });
  return sum;
}

Bytes parse_disks(std::string_view diskstats) {
  Bytes sum;
  for_each_line(diskstats, [&](const std::vector<std::string_view>& words) {
    if (words.size() < 11 || !is_whole_disk(words[2])) return;
    sum.in += number(words[5]) * kSectorBytes;
    sum.out += number(words[9]) * kSectorBytes;
  });
  return sum;
}

std::optional<std::uint64_t> parse_resident(std::string_view statm, std::uint64_t page_bytes) {
  const auto words = words_of(statm);
  if (words.size() < 2) return std::nullopt;
  return number(words[1]) * page_bytes;
}

}  // namespace tracker::capture
