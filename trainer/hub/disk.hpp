#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
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
// fsync; throws Error(kIo) naming `file`.
void flush(int fd, const std::filesystem::path& file);
// Flushes file and name to the disk: fsync, rename, fsync of the folder.
void publish(int fd, const std::filesystem::path& from, const std::filesystem::path& to);
// Gives each of two folders beside each other the other's name, and flushes the names: in one step
// where the file system can (RENAME_EXCHANGE; network file systems cannot), else `other` is missing
// for a moment. Throws Error(kIo).
void exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other);
void make_folders(const std::filesystem::path& folder);
// Makes the folder and does `make` in it, which returns whether it could (else errno says why not).
// Both again when the folder went in between, for it may be removed as empty at any time. Throws
// Error(kIo).
void make_in_folder(const std::filesystem::path& file, const std::function<bool()>& make);

// `digits` hex digits that no other process has: process ids come again, in containers at once.
std::string random_hex(std::size_t digits);

// A free temporary name beside a target, or in `folder` of the same file system. take() gives what
// was made under it the target's name, in place of what was there; else it is removed. A process
// killed in between leaves a file ".HEX.tmp".
class AtomicName {
 public:
  explicit AtomicName(std::filesystem::path target);
  AtomicName(std::filesystem::path target, const std::filesystem::path& folder);
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

// Holds flock(2) on a file from construction to destruction; the kernel lets go of it when the
// process dies. Where the file system has no locks, or only pretends (some network ones do), two
// processes may both go on: the same bytes are then fetched twice.
class FileLock {
 public:
  // Waits for other holders; `on_wait` is called once if there is one.
  explicit FileLock(const std::filesystem::path& file, const std::function<void()>& on_wait = {});
  // nullopt when somebody else holds it. Does not make the file's folder.
  static std::optional<FileLock> if_free(const std::filesystem::path& file);

 private:
  FileLock() = default;
  // False when `flags` has LOCK_NB and somebody else holds it.
  bool take(const std::filesystem::path& file, int flags);

  FileDescriptor fd_;
};

}  // namespace trainer::hub
