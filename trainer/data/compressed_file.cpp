#include "data/compressed_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "config/error.hpp"
#include "data/archive_handle.hpp"

namespace trainer::data {

std::string read_file(const std::filesystem::path& file, std::uint64_t limit) {
  const ArchiveHandle archive = open_archive(file, ArchiveKind::kCompressedFile);
  archive_entry* entry = nullptr;
  const int header = archive_read_next_header(archive.get(), &entry);
  if (header == ARCHIVE_EOF) return "";
  if (header != ARCHIVE_OK) throw_archive_error(archive.get(), file);
  std::string content;
  constexpr std::size_t kBlock = 1U << 20U;
  while (true) {
    const std::size_t before = content.size();
    content.resize(before + kBlock);
    const la_ssize_t count = archive_read_data(archive.get(), content.data() + before, kBlock);
    if (count < 0) throw_archive_error(archive.get(), file);
    content.resize(before + static_cast<std::size_t>(count));
    if (count == 0) return content;
    if (content.size() > limit) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: holds more than {} bytes: split it into smaller files",
                              file.string(), limit));
    }
  }
}

std::string read_plain_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad() || !in.is_open())
    throw Error(ErrorCode::kIo, fmt::format("{}: cannot be read", file.string()));
  return content;
}

}  // namespace trainer::data
