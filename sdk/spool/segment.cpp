#include "spool/segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <tracker/error.hpp>

#include "base/bytes.hpp"

namespace tracker::spool {
namespace {

constexpr std::string_view kMagic = "TRKSPOOL";
constexpr std::size_t kIdBytes = 36;

std::string fixed_id(const std::string& id) {
  std::string out = id.substr(0, kIdBytes);
  out.resize(kIdBytes, '\0');
  return out;
}

std::string take_id(base::ByteReader& in) {
  std::string id(in.take_bytes(kIdBytes));
  id.erase(std::find(id.begin(), id.end(), '\0'), id.end());
  return id;
}

}  // namespace

std::string encode_segment_header(SegmentHeader& header) {
  std::string out(kMagic);
  base::put(out, std::uint32_t{kSpoolVersion});
  base::put(out, static_cast<std::uint32_t>(kSegmentHeaderBytes));
  base::put(out, to_bytes(header.base));
  base::put(out, header.capacity);
  out += fixed_id(header.writer_id);
  out += fixed_id(header.run_id);
  base::put(out, header.made_us);
  out.append(12, '\0');
  header.seed = base::crc32c(0, out);
  base::put(out, header.seed);
  return out;
}

SegmentHeader decode_segment_header(std::string_view bytes, const std::filesystem::path& file) {
  const std::string subject = "segment " + file.string();
  base::ByteReader in(subject, bytes);
  if (in.take_bytes(kMagic.size()) != kMagic) in.fail("is not a spool segment");
  const auto version = in.take<std::uint8_t>();
  if (version > kSpoolVersion) {
    throw Error(ErrorCode::kFailedPrecondition,
                subject + " has spool format " + std::to_string(version) +
                    ", this program reads up to " + std::to_string(kSpoolVersion) + ": update it");
  }
  if (bytes.size() < kSegmentHeaderBytes) in.fail("ends inside its header");
  std::uint32_t stored;
  std::memcpy(&stored, bytes.data() + kSegmentHeaderBytes - 4, 4);
  SegmentHeader h;
  h.seed = base::crc32c(0, bytes.substr(0, kSegmentHeaderBytes - 4));
  if (stored != h.seed) in.fail("has a damaged header");
  in.take_bytes(7);  // reserved, header size: fixed by the version
  h.base = Offset{in.take<std::uint64_t>()};
  h.capacity = in.take<std::uint64_t>();
  h.writer_id = take_id(in);
  h.run_id = take_id(in);
  h.made_us = in.take<std::int64_t>();
  if (h.capacity == 0 || h.capacity % 8 != 0 || h.capacity > kMaxSegmentCapacity ||
      to_bytes(h.base) % 8 != 0 || to_bytes(h.base) > UINT64_MAX - kMaxSegmentCapacity) {
    in.fail("has an impossible size in its header");
  }
  return h;
}

std::filesystem::path segment_path(const std::filesystem::path& writer_directory, Offset base) {
  char name[32];
  std::snprintf(name, sizeof name, "%020llu.seg", static_cast<unsigned long long>(to_bytes(base)));
  return writer_directory / name;
}

std::vector<Offset> list_segments(const std::filesystem::path& writer_directory) {
  std::vector<Offset> bases;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(writer_directory, none)) {
    const std::string name = entry.path().filename();
    if (name.size() != 24 || !name.ends_with(".seg")) continue;
    if (!std::all_of(name.begin(), name.begin() + 20, [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    try {
      bases.push_back(Offset{std::stoull(name)});
    } catch (const std::out_of_range&) {
      continue;  // 20 digits beyond 64 bits: not one of ours
    }
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

int allocate_file(int fd, std::uint64_t bytes) {
  int rc;
  do {
    rc = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  } while (rc == EINTR);
  return rc;
}

base::Fd create_segment(const std::filesystem::path& writer_directory, SegmentHeader& header,
                        const Allocate& allocate) {
  const std::filesystem::path path = segment_path(writer_directory, header.base);
  const std::string temporary = path.string() + ".tmp";
  const auto fail = [&](const char* what, int error) {
    ::unlink(temporary.c_str());
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    throw Error(full ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
                std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(error) +
                    (full ? "; free some room or set TRACKER_DIR to another disk"
                          : "; check $TRACKER_DIR"));
  };
  base::Fd fd(::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) fail("create", errno);
  const std::string bytes = encode_segment_header(header);
  if (const int rc = allocate(fd.get(), kSegmentHeaderBytes + header.capacity); rc != 0)
    fail("allocate", rc);
  if (::pwrite(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    fail("write", errno);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("rename", errno);
  return fd;
}

}  // namespace tracker::spool
