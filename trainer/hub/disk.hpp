#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "config/error.hpp"

// Files that are whole or not there, and locks between processes. Linux.
namespace trainer::hub {

// An open file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

// "FILE: cannot be written: No space left on device; make room or …". `error` is an errno.
Error io_error(const std::filesystem::path& file, const std::string& what, int error);

// Opens with the flags of open(2) and O_CLOEXEC; throws Error(kIo).
FileDescriptor open_file(const std::filesystem::path& file, int flags);
// Writes all bytes; throws Error(kIo) naming `file`.
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& file);
// Flushes file and name to the disk: fsync, rename, fsync of the folder.
void publish(int fd, const std::filesystem::path& from, const std::filesystem::path& to);
void make_folders(const std::filesystem::path& folder);

// A free temporary name beside a target. take() gives what was made under it the target's name, in
// place of what was there; else it is removed.
class AtomicName {
 public:
  explicit AtomicName(std::filesystem::path target);
  AtomicName(const AtomicName&) = delete;
  AtomicName& operator=(const AtomicName&) = delete;
  ~AtomicName();

  const std::filesystem::path& path() const noexcept { return temporary_; }
  const std::filesystem::path& target() const noexcept { return target_; }
  void take() const;

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

// A file under a temporary name beside its target. commit() makes it durable and gives it its name,
// in place of what was there; destroyed before that, nothing stays behind.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);

  // Asks the file system for the room at once, so that a full disk is known before any work; does
  // nothing where the file system cannot say.
  void reserve(std::uint64_t bytes);
  void write(std::span<const std::byte> bytes) { write_all(fd_.get(), bytes, name_.target()); }
  int fd() const noexcept { return fd_.get(); }
  void commit();

 private:
  AtomicName name_;
  FileDescriptor fd_;
};

// Holds flock(2) on a file from construction to destruction; waits for other holders. Where the
// file system has no locks, or only pretends (some network ones do), two processes may both go on:
// the same bytes are then fetched twice.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& file);

 private:
  FileDescriptor fd_;
};

}  // namespace trainer::hub
