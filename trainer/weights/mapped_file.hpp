#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace trainer::weights {

// A file in memory, read-only: pages come when they are looked at. It must not be cut while it is
// mapped (SIGBUS): replace it by rename. Movable; the bytes stay where they are.
class MappedFile {
 public:
  // Throws Error(kIo) when it cannot be read, kInvalidInput when it is no file.
  explicit MappedFile(const std::filesystem::path& file);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(address_), size_};
  }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace trainer::weights
