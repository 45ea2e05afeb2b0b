#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "artifacts/chunk_store.hpp"

namespace tracker::artifacts {

// Chunks as files: DIR/ab/abcdef12-…, a folder per first two digits. A file appears whole, and is
// on the disk when put() returns. Every server of a database needs the same folder.
class DirectoryStore final : public ChunkStore {
 public:
  // Made if absent. Throws Error(kUnavailable) when it cannot be.
  explicit DirectoryStore(std::filesystem::path directory);

  std::string_view prefix() const noexcept override { return "dir:"; }
  void put(const std::string& key, std::string_view bytes) override;
  std::string get(const std::string& key, std::uint32_t most) override;
  void remove(const std::string& key) override;

 private:
  std::filesystem::path file_of(const std::string& key) const;

  const std::filesystem::path directory_;
};

}  // namespace tracker::artifacts
