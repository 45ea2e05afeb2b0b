#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "artifact/fastcdc.hpp"

namespace tracker::artifact {

// Reads a file from front to back and cuts it into chunks, in memory of twice the largest chunk,
// however long the file is. Made once and used for many files. One thread.
class FileChunks {
 public:
  // `cutter` must outlive it.
  explicit FileChunks(const FastCdc& cutter);

  // Begins with an open file at its first byte; the caller keeps `fd` open until it is done. `name`
  // is for errors.
  void begin(int fd, std::string name);
  // The next chunk, valid until the next call; empty at the end of the file. Throws
  // Error(kUnavailable) when the file cannot be read.
  std::string_view next();
  // Bytes of the chunks so far.
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  void fill();

  const FastCdc& cutter_;
  std::string buffer_, name_;
  std::size_t from_ = 0, to_ = 0;  // what is read and not yet handed out
  std::uint64_t offset_ = 0;
  int fd_ = -1;
  bool end_ = true;
};

}  // namespace tracker::artifact
