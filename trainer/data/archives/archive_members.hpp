#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/archives/archive_handle.hpp"

namespace trainer::data {

// One pass over the members of an archive. One thread.
class ArchiveMembers {
 public:
  explicit ArchiveMembers(const std::filesystem::path& file);

  // Steps to the next member that has a path; false at the end. Throws Error(kInvalidInput) for a
  // damaged archive and for one that decompresses as no text does.
  bool next();
  const std::string& path() const noexcept { return path_; }
  std::uint64_t order() const noexcept { return order_; }  // 0 for the first
  bool is_folder() const noexcept;
  // A file with content of its own, not a link and not a device.
  bool is_plain() const noexcept;
  // The member's content, once. Throws for more than kMaxRecordBytes.
  std::string read();

 private:
  std::filesystem::path file_;
  std::uint64_t file_bytes_ = 0;
  ArchiveHandle handle_;
  archive_entry* entry_ = nullptr;  // the reader's
  std::string path_;
  std::uint64_t order_ = 0;
  bool started_ = false;
};

}  // namespace trainer::data
