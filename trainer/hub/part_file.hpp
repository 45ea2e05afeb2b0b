#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "hub/disk.hpp"

// What has arrived of a file so far: "<stem>.XXXXXXXX.incomplete", a name of this process alone (as
// Python's huggingface_hub names it; the stem is the blob). So two processes that a broken lock
// lets through at once never begin one file.
namespace trainer::hub {

// One thread, which holds the file's lock. Throws Error(kIo).
class PartFile {
 public:
  // Adopts what a process that died left of this file: the largest of at most `size` bytes, under
  // the name "<stem>.incomplete" of older programs too. Else the first byte begins a file. On
  // destruction what has arrived stays for the next process.
  PartFile(std::filesystem::path stem, std::optional<std::uint64_t> size);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  std::uint64_t offset() const noexcept { return offset_; }
  // Empty while there is nothing.
  const std::filesystem::path& path() const noexcept { return path_; }
  void append(std::span<const std::byte> bytes);
  // Throws away what is there. Another file, so that nobody's bytes are cut off.
  void start_over();
  // Durable, under its final name, in the same file system.
  void publish(const std::filesystem::path& destination);

 private:
  void begin();
  void adopt(std::optional<std::uint64_t> size);

  std::filesystem::path stem_;
  std::filesystem::path path_;
  FileDescriptor fd_;
  std::uint64_t offset_ = 0;
};

}  // namespace trainer::hub
