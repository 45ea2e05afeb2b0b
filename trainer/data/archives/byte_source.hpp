#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "data/archives/archive_handle.hpp"

namespace trainer::data {

// The content of a file from its beginning to its end, block by block, decompressed when it is
// gzip, zstd, xz or bzip2 (told by its bytes, not by its name). One thread.
class ByteSource {
 public:
  // Throws Error(kNotFound) or kInvalidInput.
  explicit ByteSource(const std::filesystem::path& file);

  // Appends the next bytes, a megabyte once the file proves to be large; false at the end. Throws
  // Error(kInvalidInput) when the file is damaged or cut off, or grows beyond what text
  // decompresses to (see check_ratio).
  bool append_to(std::string& buffer);

 private:
  std::filesystem::path file_;
  ArchiveHandle archive_;
  std::size_t block_;  // bytes to ask for next
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
};

// A decompression bomb: refuses content of more than 256 MiB that is more than 1,000 times the
// compressed bytes it was made of.
void check_ratio(std::uint64_t content, std::uint64_t compressed,
                 const std::filesystem::path& file);

}  // namespace trainer::data
