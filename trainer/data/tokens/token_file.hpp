#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/tokens/token_blocks.hpp"

// Token ids in a file that is mapped into memory: docs/token-cache.md has the format.
namespace trainer::data {

// The columns of a file; they live as long as `storage`.
struct TokenFile {
  std::span<const std::int32_t> ids;
  std::span<const std::int32_t> type_ids;  // empty when all are 0
  std::span<const std::int64_t> offsets;   // [rows + 1]
  std::shared_ptr<const void> storage;

  std::size_t rows() const noexcept { return offsets.size() - 1; }
};

// nullopt when there is no such file. Reads and checks all of it; throws Error(kInvalidInput)
// saying what is wrong with it, Error(kIo) when it cannot be read. `key` is the one that it must
// have (64 hex digits). The file must not be written to while it is mapped; it may be removed.
std::optional<TokenFile> map_token_file(const std::filesystem::path& file, const std::string& key);

// Writes a file row by row, in memory that does not grow with it but for the labels, which are not
// in the file. Nothing is left of one that is not committed. Throws Error(kIo). One thread.
class TokenFileWriter final : public TokenSink {
 public:
  TokenFileWriter(const std::filesystem::path& file, std::string key);
  ~TokenFileWriter() override;

  void append(const text::Encoding& encoding, const Example& row) override;
  // The file is whole, on the disk, and has its name. Returns the labels.
  std::vector<std::int64_t> commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trainer::data
