#include "hub/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace trainer::hub {
namespace {

constexpr mode_t kMode = 0666;  // less the umask
constexpr std::size_t kLargestWrite = 64U << 20U;
constexpr std::size_t kTemporaryDigits = 16;
constexpr int kFolderAttempts = 100;

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void sync_folder_of(const std::filesystem::path& file) {
  const FileDescriptor folder = open_file(folder_of(file), O_RDONLY | O_DIRECTORY);
  if (fsync(folder.get()) != 0 && errno != EINVAL) {  // some file systems keep no names to flush
    throw io_error(file, "written", errno);
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Error io_error(const std::filesystem::path& file, const std::string& what, int error) {
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    remedy = "; make room there, or choose another place";
  } else if (error == EACCES || error == EPERM || error == EROFS) {
    remedy = "; mend its permissions, or choose another place";
  }
  return {ErrorCode::kIo, fmt::format("{}: cannot be {}: {}{}", file.string(), what,
                                      std::generic_category().message(error), remedy)};
}

FileDescriptor open_file(const std::filesystem::path& file, int flags) {
  int fd = -1;
  do {
    fd = open(file.c_str(), flags | O_CLOEXEC, kMode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    throw io_error(file, (flags & O_CREAT) != 0 ? "made" : "opened", errno);
  }
  return FileDescriptor(fd);
}

void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), std::min(bytes.size(), kLargestWrite));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw io_error(file, "written", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void flush(int fd, const std::filesystem::path& file) {
  if (fsync(fd) != 0) {
    throw io_error(file, "written", errno);
  }
}

void publish(int fd, const std::filesystem::path& from, const std::filesystem::path& to) {
  flush(fd, to);
  if (rename(from.c_str(), to.c_str()) != 0) {
    throw io_error(to, "made", errno);
  }
  sync_folder_of(to);
}

void exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other) {
  if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
    // A file system that cannot, each in its own words: `other` is not there for a moment.
    const std::filesystem::path aside = one.string() + ".old";
    std::error_code ignored;
    std::filesystem::remove_all(aside, ignored);  // of an exchange that was killed at its end
    if (rename(other.c_str(), aside.c_str()) != 0) throw io_error(other, "exchanged", errno);
    if (rename(one.c_str(), other.c_str()) != 0) {
      const int reason = errno;
      rename(aside.c_str(), other.c_str());
      throw io_error(other, "exchanged", reason);
    }
    if (rename(aside.c_str(), one.c_str()) != 0) throw io_error(other, "exchanged", errno);
  }
  sync_folder_of(other);
}

void make_folders(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw io_error(folder, "made", error.value());
  }
}

void make_in_folder(const std::filesystem::path& file, const std::function<bool()>& make) {
  for (int attempt = 0;; ++attempt) {
    make_folders(folder_of(file));
    if (make()) {
      return;
    }
    if (errno != ENOENT || attempt == kFolderAttempts) {
      throw io_error(file, "made", errno);
    }
  }
}

std::string random_hex(std::size_t digits) {
  std::string text;
  while (text.size() < digits) {
    std::uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
      continue;  // a signal came
    }
    text += fmt::format("{:016x}", bits);
  }
  text.resize(digits);
  return text;
}

AtomicName::AtomicName(std::filesystem::path target) : AtomicName(target, target.parent_path()) {}

AtomicName::AtomicName(std::filesystem::path target, const std::filesystem::path& folder)
    : target_(std::move(target)),
      temporary_(folder / ("." + random_hex(kTemporaryDigits) + ".tmp")) {}

AtomicName::~AtomicName() { unlink(temporary_.c_str()); }  // gone already when it was taken

void AtomicName::take() const {
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw io_error(target_, "made", errno);
  }
}

AtomicFile::AtomicFile(std::filesystem::path target)
    : name_(std::move(target)), fd_(open_file(name_.path(), O_WRONLY | O_CREAT | O_EXCL)) {}

void AtomicFile::reserve(std::uint64_t bytes) {
  if (bytes > 0 && fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) != 0 &&
      (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)) {
    throw io_error(name_.target(), fmt::format("written ({} bytes)", bytes), errno);
  }
}

void AtomicFile::commit() { publish(fd_.get(), name_.path(), name_.target()); }

FileLock::FileLock(const std::filesystem::path& file, const std::function<void()>& on_wait) {
  if (!take(file, LOCK_EX | LOCK_NB)) {
    if (on_wait) {
      on_wait();
    }
    take(file, LOCK_EX);
  }
}

std::optional<FileLock> FileLock::if_free(const std::filesystem::path& file) {
  FileLock lock;
  return lock.take(file, LOCK_EX | LOCK_NB) ? std::optional(std::move(lock)) : std::nullopt;
}

bool FileLock::take(const std::filesystem::path& file, int flags) {
  while (true) {
    fd_ = open_file(file, O_RDWR | O_CREAT);
    while (flock(fd_.get(), flags) != 0) {
      if (errno == EWOULDBLOCK) {
        return false;
      }
      if (errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS) {
        return true;  // no locks here: go on, the content is checked anyway
      }
      if (errno != EINTR) {
        throw io_error(file, "locked", errno);
      }
    }
    // A former holder may have removed the file meanwhile; then this lock keeps nobody out.
    struct stat held {};
    struct stat named {};
    if (fstat(fd_.get(), &held) == 0 && stat(file.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return true;
    }
  }
}

}  // namespace trainer::hub
