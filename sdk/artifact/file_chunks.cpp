#include "artifact/file_chunks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::artifact {

FileChunks::FileChunks(const FastCdc& cutter)
    : cutter_(cutter), buffer_(2 * cutter.sizes().max, '\0') {}

void FileChunks::begin(int fd, std::string name) {
  fd_ = fd;
  name_ = std::move(name);
  from_ = to_ = 0;
  offset_ = 0;
  end_ = false;
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::string_view FileChunks::next() {
  if (!end_ && to_ - from_ < cutter_.sizes().max) fill();
  const std::string_view left(buffer_.data() + from_, to_ - from_);
  const std::string_view chunk = left.substr(0, cutter_.cut(left));
  from_ += chunk.size();
  offset_ += chunk.size();
  return chunk;
}

void FileChunks::fill() {
  std::memmove(buffer_.data(), buffer_.data() + from_, to_ - from_);
  to_ -= from_;
  from_ = 0;
  while (to_ < buffer_.size()) {
    const ssize_t n = ::read(fd_, buffer_.data() + to_, buffer_.size() - to_);
    if (n > 0) {
      to_ += static_cast<std::size_t>(n);
    } else if (n == 0) {
      end_ = true;
      return;
    } else if (errno != EINTR) {
      throw Error(ErrorCode::kUnavailable, "cannot read " + name_ + ": " + std::strerror(errno) +
                                               "; check the disk it is on");
    }
  }
}

}  // namespace tracker::artifact
