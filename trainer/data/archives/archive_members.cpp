#include "data/archives/archive_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "config/printable.hpp"
#include "data/archives/byte_source.hpp"
#include "data/tables/row_source.hpp"

namespace trainer::data {

ArchiveMembers::ArchiveMembers(const std::filesystem::path& file)
    : file_(file), handle_(open_archive(file, ArchiveKind::kMembers)) {
  std::error_code ignored;
  file_bytes_ = std::filesystem::file_size(file, ignored);
  if (ignored) file_bytes_ = 0;
}

bool ArchiveMembers::next() {
  const int status = archive_read_next_header(handle_.get(), &entry_);
  if (status == ARCHIVE_EOF) return false;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) throw_archive_error(handle_.get(), file_);
  if (started_) ++order_;
  started_ = true;
  const la_int64_t declared = archive_entry_size(entry_);
  if (declared > 0) check_ratio(static_cast<std::uint64_t>(declared), file_bytes_, file_);
  const la_int64_t unpacked = archive_filter_bytes(handle_.get(), 0);
  if (unpacked > 0) {
    check_ratio(static_cast<std::uint64_t>(unpacked), compressed_bytes(handle_.get()), file_);
  }
  // One of them fails for names that are not ASCII, which one depends on format and locale.
  const char* path = archive_entry_pathname(entry_);
  if (path == nullptr) path = archive_entry_pathname_utf8(entry_);
  if (path == nullptr) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: the name of member {} cannot be read: pack it with UTF-8 names",
                            file_.string(), order_ + 1));
  }
  path_ = path;
  return true;
}

bool ArchiveMembers::is_folder() const noexcept {
  return archive_entry_filetype(entry_) == AE_IFDIR;
}

bool ArchiveMembers::is_plain() const noexcept {
  return archive_entry_filetype(entry_) == AE_IFREG && archive_entry_hardlink(entry_) == nullptr;
}

// The size that a header declares is not believed: the text grows as its content comes.
std::string ArchiveMembers::read() {
  constexpr std::size_t kBlock = 64U << 10U;
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    const la_ssize_t count = archive_read_data(handle_.get(), text.data() + before, kBlock);
    if (count < 0) throw_archive_error(handle_.get(), file_);
    text.resize(before + static_cast<std::size_t>(count));
    if (count == 0) return text;
    if (text.size() > kMaxRecordBytes) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: member {} is longer than 64 MiB, which no text is",
                              file_.string(), config::printable(path_)));
    }
  }
}

}  // namespace trainer::data
