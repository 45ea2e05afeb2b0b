#include "hub/part_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace trainer::hub {
namespace {

constexpr std::string_view kSuffix = ".incomplete";
constexpr std::size_t kPartDigits = 8;
// A leftover that nobody wrote to for so long is nobody's any more, whatever became of locks.
constexpr std::chrono::hours kOld{24};

std::filesystem::path own_name(const std::filesystem::path& stem) {
  return stem.string() + "." + random_hex(kPartDigits) + std::string(kSuffix);
}

struct Leftover {
  std::filesystem::path path;
  std::uint64_t size = 0;
  bool old = false;
};

bool is_leftover_of(const std::string& name, const std::string& stem) {
  return name.starts_with(stem + ".") && name.ends_with(kSuffix) &&
         (name.size() == stem.size() + kSuffix.size() ||
          name.size() == stem.size() + 1 + kPartDigits + kSuffix.size());
}

// The largest first.
std::vector<Leftover> leftovers_of(const std::filesystem::path& stem) {
  std::vector<Leftover> found;
  std::error_code error;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (std::filesystem::directory_iterator at(stem.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    if (!is_leftover_of(at->path().filename().string(), stem.filename().string()) ||
        at->symlink_status(gone).type() != std::filesystem::file_type::regular) {
      continue;
    }
    const std::uint64_t size = at->file_size(gone);
    const auto written = at->last_write_time(gone);
    if (!gone) {
      found.push_back({.path = at->path(), .size = size, .old = now - written > kOld});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Leftover& a, const Leftover& b) { return a.size > b.size; });
  return found;
}

}  // namespace

PartFile::PartFile(std::filesystem::path stem, std::optional<std::uint64_t> size)
    : stem_(std::move(stem)) {
  adopt(size);
}

void PartFile::begin() {
  path_ = own_name(stem_);
  make_in_folder(path_, [this] {
    const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    fd_ = FileDescriptor(fd);
    return fd >= 0;
  });
}

void PartFile::adopt(std::optional<std::uint64_t> size) {
  for (const Leftover& leftover : leftovers_of(stem_)) {
    const bool too_long = size && leftover.size > *size;
    const std::filesystem::path mine = own_name(stem_);
    if (offset_ == 0 && leftover.size > 0 && !too_long &&
        rename(leftover.path.c_str(), mine.c_str()) == 0) {
      path_ = mine;
      fd_ = open_file(path_, O_RDWR);
      const off_t end = lseek(fd_.get(), 0, SEEK_END);
      if (end < 0) {
        throw io_error(path_, "read", errno);
      }
      offset_ = static_cast<std::uint64_t>(end);
    } else if (leftover.old || too_long) {
      unlink(leftover.path.c_str());
    }
  }
}

void PartFile::append(std::span<const std::byte> bytes) {
  if (path_.empty()) {
    begin();
  }
  write_all(fd_.get(), bytes, stem_);
  offset_ += bytes.size();
}

void PartFile::start_over() {
  if (!path_.empty()) {
    unlink(path_.c_str());
  }
  path_.clear();
  fd_ = FileDescriptor();
  offset_ = 0;
}

void PartFile::publish(const std::filesystem::path& destination) {
  if (path_.empty()) {
    begin();
  }
  if (access(path_.c_str(), F_OK) != 0) {
    // Adopted by another process, which a lock that locks nothing let through: its name is gone,
    // the file is not.
    const std::filesystem::path mine = own_name(stem_);
    const std::string open_one = "/proc/self/fd/" + std::to_string(fd_.get());
    if (linkat(AT_FDCWD, open_one.c_str(), AT_FDCWD, mine.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      throw io_error(stem_, "made", errno);
    }
    path_ = mine;
  }
  hub::publish(fd_.get(), path_, destination);
}

}  // namespace trainer::hub
