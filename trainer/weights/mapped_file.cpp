#include "weights/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "hub/disk.hpp"

namespace trainer::weights {

MappedFile::MappedFile(const std::filesystem::path& file) {
  const hub::FileDescriptor fd = hub::open_file(file, O_RDONLY);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) throw hub::io_error(file, "read", errno);
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: not a file", file.string()));
  }
  size_ = static_cast<std::size_t>(info.st_size);
  if (size_ == 0) return;  // an empty file cannot be mapped; its reader refuses it
  address_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address_ == MAP_FAILED) {
    address_ = nullptr;
    throw hub::io_error(file, "mapped", errno);
  }
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (address_ != nullptr) munmap(address_, size_);
}

}  // namespace trainer::weights
