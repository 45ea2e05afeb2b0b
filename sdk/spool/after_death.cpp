#include "spool/after_death.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/fd.hpp"
#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void repair_failed(const char* what, const fs::path& path, int error) {
  throw Error(
      error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
      std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(error) +
          "; free some room or check its permissions");
}

struct End {
  Offset at{};
  bool finished = false;  // the last thing the log says is that the run ended
  std::string damage;     // empty: it ends well
};

End find_end(const fs::path& directory, Offset first) {
  Reader reader(directory, first);
  reader.writer_is_dead();
  End end;
  for (;;) {
    auto next = reader.next();
    if (const auto* entry = std::get_if<Entry>(&next)) {
      end.finished = end.finished || std::holds_alternative<Finish>(entry->record);
    } else if (const auto* wait = std::get_if<Wait>(&next)) {
      end.at = wait->at;
      return end;
    } else {
      const auto& corrupt = std::get<Corrupt>(next);
      end.at = corrupt.at;
      end.damage = corrupt.reason;
      return end;
    }
  }
}

void write_at(int fd, const fs::path& path, std::string_view bytes, std::uint64_t position) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) repair_failed("write", path, n < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    position += static_cast<std::uint64_t>(n);
  }
}

// A segment open for repair and appending.
struct OpenSegment {
  fs::path path;
  base::Fd fd;
  SegmentHeader header;

  OpenSegment(const fs::path& directory, Offset base) : path(segment_path(directory, base)) {
    fd.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) repair_failed("open", path, errno);
    char bytes[kSegmentHeaderBytes];
    const ssize_t n = ::pread(fd.get(), bytes, sizeof bytes, 0);
    if (n < 0) repair_failed("read", path, errno);
    header = decode_segment_header({bytes, static_cast<std::size_t>(n)}, path);
  }

  std::uint64_t position(Offset at) const {
    return kSegmentHeaderBytes + to_bytes(at) - to_bytes(header.base);
  }
  std::uint64_t room(Offset at) const { return to_bytes(header.end()) - to_bytes(at); }
  void sync() const {
    if (::fdatasync(fd.get()) != 0) repair_failed("sync", path, errno);
  }
};

// "….seg.damaged", "….seg.damaged-2" and so on: a log may be damaged more than once, and a copy
// that was cut short is not to be taken for a whole one.
fs::path free_name(const fs::path& path) {
  fs::path name = path.string() + ".damaged";
  for (int n = 2; fs::exists(name); ++n) name = path.string() + ".damaged-" + std::to_string(n);
  return name;
}

// On the disk when it returns, but for its name.
void keep_damaged(const fs::path& path) {
  const fs::path copy = free_name(path);
  std::error_code error;
  fs::copy_file(path, copy, error);
  const base::Fd fd(error ? -1 : ::open(copy.c_str(), O_RDONLY | O_CLOEXEC));
  const int failed = error ? error.value() : !fd || ::fsync(fd.get()) != 0 ? errno : 0;
  if (failed == 0) return;
  ::unlink(copy.c_str());
  repair_failed("copy", path, failed);
}

// Keeps a copy of all bytes from `at` on and cuts them off.
void cut(const fs::path& directory, Offset at) {
  const std::vector<Offset> bases = list_segments(directory);
  const auto after = std::upper_bound(bases.begin(), bases.end(), at);
  const Offset base = *std::prev(after);
  for (auto kept = std::prev(after); kept != bases.end(); ++kept)
    keep_damaged(segment_path(directory, *kept));
  base::sync_directory(directory);
  for (auto gone = after; gone != bases.end(); ++gone) {
    const fs::path path = segment_path(directory, *gone);
    if (::unlink(path.c_str()) != 0) repair_failed("remove", path, errno);
  }
  OpenSegment segment(directory, base);
  if (::ftruncate(segment.fd.get(), static_cast<off_t>(segment.position(at))) != 0)
    repair_failed("cut", segment.path, errno);
  segment.sync();
}

// Ends the segment at `at` and opens the next, which is made if the writer had not prepared it.
OpenSegment turn_over(const fs::path& directory, OpenSegment segment, Offset& at) {
  if (const std::uint64_t room = segment.room(at); room > 0) {
    std::string padding;
    base::put(padding, pack_announcement({static_cast<std::uint32_t>(room - 8), kPaddingKind}, at));
    write_at(segment.fd.get(), segment.path, padding, segment.position(at));
    segment.sync();
  }
  at = segment.header.end();
  if (!fs::exists(segment_path(directory, at))) {
    SegmentHeader next = segment.header;
    next.base = at;
    next.capacity = 2 * record_bytes(kMaxPayloadBytes);
    next.made_us = base::now_us();
    create_segment(directory, next, allocate_file);
  }
  return OpenSegment(directory, at);
}

Offset write_record(const fs::path& directory, Offset at, const Record& record) {
  const std::vector<Offset> bases = list_segments(directory);
  const auto after = std::upper_bound(bases.begin(), bases.end(), at);
  OpenSegment segment(directory, *std::prev(after));
  std::string payload;
  encode_payload(record, payload);
  if (payload.size() > kMaxPayloadBytes) {
    throw Error(ErrorCode::kInvalidArgument,
                "a record of more than 1 MiB cannot be appended to a log");
  }
  const std::size_t size = record_bytes(payload.size());
  if (segment.room(at) < size) segment = turn_over(directory, std::move(segment), at);
  const std::uint64_t announcement = pack_announcement(
      {static_cast<std::uint32_t>(payload.size()), static_cast<std::uint8_t>(kind_of(record))}, at);
  std::string bytes;
  base::put(bytes, announcement);
  base::put(bytes, std::uint64_t{0});
  bytes += payload;
  bytes.resize(size, '\0');
  write_at(segment.fd.get(), segment.path, bytes, segment.position(at));
  segment.sync();
  std::string publication;
  base::put(publication, pack_publication(segment.header.seed, at, announcement, payload));
  write_at(segment.fd.get(), segment.path, publication, segment.position(at) + 8);
  segment.sync();
  return Offset{to_bytes(at) + size};
}

}  // namespace

std::optional<Offset> append_after_death(const fs::path& writer_directory, const Record& record) {
  const std::vector<Offset> bases = list_segments(writer_directory);
  if (bases.empty()) throw Error(ErrorCode::kNotFound, "no log in " + writer_directory.string());
  End end = find_end(writer_directory, bases.front());
  if (!end.damage.empty()) {
    cut(writer_directory, end.at);
    const std::int64_t now = base::now_us();
    end.at = write_record(
        writer_directory, end.at,
        Gap{now, now, 0,
            "the log was damaged here (" + end.damage + "); what followed is kept in *.damaged*"});
  }
  if (end.finished) return std::nullopt;
  return write_record(writer_directory, end.at, record);
}

}  // namespace tracker::spool
