#include "data/archives/byte_source.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"

namespace trainer::data {
namespace {

constexpr std::size_t kFirstBlock = 1U << 14U;
constexpr std::size_t kMaxBlock = 1U << 20U;
constexpr std::uint64_t kNeverABomb = 256ULL << 20U;
constexpr std::uint64_t kMaxRatio = 1000;

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& file)
    : file_(file), archive_(open_archive(file, ArchiveKind::kCompressedFile)), block_(kFirstBlock) {
  archive_entry* entry = nullptr;
  const int header = archive_read_next_header(archive_.get(), &entry);
  if (header == ARCHIVE_EOF) {
    ended_ = true;
  } else if (header != ARCHIVE_OK) {
    throw_archive_error(archive_.get(), file_);
  }
}

bool ByteSource::append_to(std::string& buffer) {
  if (ended_) return false;
  const std::size_t before = buffer.size();
  buffer.resize(before + block_);
  const la_ssize_t count = archive_read_data(archive_.get(), buffer.data() + before, block_);
  if (count < 0) throw_archive_error(archive_.get(), file_);
  buffer.resize(before + static_cast<std::size_t>(count));
  bytes_ += static_cast<std::uint64_t>(count);
  block_ = std::min(2 * block_, kMaxBlock);
  check_ratio(bytes_, compressed_bytes(archive_.get()), file_);
  ended_ = count == 0;
  return !ended_;
}

void check_ratio(std::uint64_t content, std::uint64_t compressed,
                 const std::filesystem::path& file) {
  if (content <= kNeverABomb || content / kMaxRatio <= compressed) return;
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: decompresses to more than {} times its size, which no text does: do "
                          "not trust it",
                          file.string(), kMaxRatio));
}

}  // namespace trainer::data
