#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "data/tokens/token_file.hpp"
#include "data/tokens/token_file_header.hpp"
#include "hub/disk.hpp"

namespace trainer::data {
namespace {

using namespace token_file;
namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 1U << 20U;

// A file without a name in the folder of another one: gone when it is closed.
hub::FileDescriptor nameless_beside(const fs::path& file) {
  const hub::AtomicName name(file);  // removes it at the end of this function
  return hub::open_file(name.path(), O_RDWR | O_CREAT | O_EXCL);
}

// Numbers that arrive in pieces, written to where the descriptor stands, and their checksum.
class ColumnWriter {
 public:
  ColumnWriter(int fd, const fs::path& file) : fd_(fd), file_(file) {}

  template <typename T>
  void add(std::span<const T> values) {
    const std::span<const std::byte> bytes = std::as_bytes(values);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    size_ += bytes.size();
    if (buffer_.size() >= kBufferBytes) flush();
  }

  // All is written; once. Returns the checksum.
  HexDigest finish() {
    flush();
    return to_digest(digest_.hex());
  }

  std::uint64_t size() const noexcept { return size_; }

 private:
  void flush() {
    digest_.add(buffer_.data(), buffer_.size());
    hub::write_all(fd_, buffer_, file_);
    buffer_.clear();
  }

  int fd_;
  const fs::path& file_;
  std::vector<std::byte> buffer_;
  std::uint64_t size_ = 0;
  hub::Digest digest_{hub::Digest::Kind::kSha256};
};

// Appends all of `from` to where `to` stands.
void copy_all(int from, int to, const fs::path& file) {
  std::vector<std::byte> buffer(kBufferBytes);
  for (off_t at = 0;;) {
    const ssize_t count = pread(from, buffer.data(), buffer.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw hub::io_error(file, "read", errno);
    if (count == 0) return;
    hub::write_all(to, std::span(buffer).first(static_cast<std::size_t>(count)), file);
    at += count;
  }
}

void seek(int fd, std::uint64_t at, const fs::path& file) {
  if (lseek(fd, static_cast<off_t>(at), SEEK_SET) < 0) throw hub::io_error(file, "written", errno);
}

}  // namespace

class TokenFileWriter::Impl {
 public:
  Impl(fs::path file, std::string key)
      : path_(std::move(file)),
        key_(std::move(key)),
        file_(path_),
        offsets_file_(nameless_beside(path_)),
        types_file_(nameless_beside(path_)),
        ids_(file_.fd(), path_),
        offsets_(offsets_file_.get(), path_),
        types_(types_file_.get(), path_) {
    seek(file_.fd(), kHeaderBytes, path_);
    add_offset();
  }

  void append(const text::Encoding& encoding, const Example& row) {
    const bool typed = std::ranges::any_of(encoding.type_ids, [](auto type) { return type != 0; });
    if (typed || types_.size() > 0) {
      fill_types();
      types_.add(std::span<const std::int32_t>(encoding.type_ids));
    }
    ids_.add(std::span<const std::int32_t>(encoding.ids));
    add_offset();
    labels_.push_back(row.label);
  }

  std::vector<std::int64_t> commit() {
    Header header;
    header.rows = labels_.size();
    header.tokens = ids_.size() / sizeof(std::int32_t);
    header.types = types_.size() / sizeof(std::int32_t);
    header.offsets_at = aligned(kHeaderBytes + ids_.size());
    header.types_at = aligned(header.offsets_at + offsets_.size());
    header.size = header.types_at + types_.size();
    header.key = to_digest(key_);
    header.ids_digest = ids_.finish();
    header.offsets_digest = offsets_.finish();
    header.types_digest = types_.finish();
    header.digest = own_digest(header);
    seek(file_.fd(), header.offsets_at, path_);
    copy_all(offsets_file_.get(), file_.fd(), path_);
    seek(file_.fd(), header.types_at, path_);
    copy_all(types_file_.get(), file_.fd(), path_);
    if (ftruncate(file_.fd(), static_cast<off_t>(header.size)) != 0)
      throw hub::io_error(path_, "written", errno);
    seek(file_.fd(), 0, path_);
    file_.write(std::as_bytes(std::span(&header, 1)));
    file_.commit();
    return std::move(labels_);
  }

 private:
  void add_offset() {
    const auto tokens = static_cast<std::int64_t>(ids_.size() / sizeof(std::int32_t));
    offsets_.add(std::span(&tokens, 1));
  }

  // Zeros for the rows before the first one that has a type.
  void fill_types() {
    static constexpr std::array<std::int32_t, 4096> kZeros{};
    while (types_.size() < ids_.size()) {
      const std::uint64_t missing = (ids_.size() - types_.size()) / sizeof(std::int32_t);
      types_.add(std::span(kZeros).first(std::min<std::size_t>(missing, kZeros.size())));
    }
  }

  const fs::path path_;
  const std::string key_;
  hub::AtomicFile file_;
  hub::FileDescriptor offsets_file_;
  hub::FileDescriptor types_file_;
  ColumnWriter ids_;
  ColumnWriter offsets_;
  ColumnWriter types_;
  std::vector<std::int64_t> labels_;
};

TokenFileWriter::TokenFileWriter(const fs::path& file, std::string key)
    : impl_(std::make_unique<Impl>(file, std::move(key))) {}
TokenFileWriter::~TokenFileWriter() = default;

void TokenFileWriter::append(const text::Encoding& encoding, const Example& row) {
  impl_->append(encoding, row);
}

std::vector<std::int64_t> TokenFileWriter::commit() { return impl_->commit(); }

}  // namespace trainer::data
