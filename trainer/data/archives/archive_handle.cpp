#include "data/archives/archive_handle.hpp"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"

namespace trainer::data {

void ArchiveCloser::operator()(archive* handle) const noexcept { archive_read_free(handle); }

ArchiveHandle open_archive(const std::filesystem::path& file, ArchiveKind kind) {
  std::error_code ignored;
  const std::filesystem::file_type type = std::filesystem::status(file, ignored).type();
  if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::fifo) {
    throw Error(ErrorCode::kNotFound, fmt::format("{}: no such file", file.string()));
  }
  ArchiveHandle handle(archive_read_new());
  if (!handle) throw Error(ErrorCode::kInternal, "libarchive has no memory for a reader");
  // Named one by one: "all" would also run programs of the machine (lrzip, grzip) and decode plain
  // text that begins like a uuencoded file.
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  if (kind == ArchiveKind::kMembers) {
    archive_read_support_format_tar(handle.get());
    archive_read_support_format_zip(handle.get());
  } else {
    archive_read_support_format_empty(handle.get());
    archive_read_support_format_raw(handle.get());
  }
  constexpr std::uintmax_t kLeast = 1U << 12U;
  constexpr std::uintmax_t kMost = 1U << 18U;
  const std::uintmax_t size = std::filesystem::file_size(file, ignored);  // a pipe has none
  const auto block = static_cast<std::size_t>(ignored ? kMost : std::clamp(size, kLeast, kMost));
  if (archive_read_open_filename(handle.get(), file.c_str(), block) != ARCHIVE_OK) {
    throw_archive_error(handle.get(), file);
  }
  return handle;
}

std::uint64_t compressed_bytes(archive* handle) {
  const la_int64_t bytes = archive_filter_bytes(handle, -1);
  return bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes);
}

void throw_archive_error(archive* handle, const std::filesystem::path& file) {
  const char* reason = archive_error_string(handle);
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: cannot be read ({}): get the file again", file.string(),
                          reason == nullptr ? "damaged" : reason));
}

}  // namespace trainer::data
