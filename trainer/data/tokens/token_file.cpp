#include "data/tokens/token_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/error.hpp"
#include "data/tokens/token_file_header.hpp"
#include "hub/disk.hpp"

namespace trainer::data {
namespace {

using namespace token_file;
namespace fs = std::filesystem;

// No file is larger: keeps sizes of a hostile header from overflowing.
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 50U;

class Mapping {
 public:
  Mapping(int fd, std::size_t size, const fs::path& file)
      : data_(mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0)), size_(size) {
    if (data_ == MAP_FAILED) throw hub::io_error(file, "mapped", errno);
  }
  ~Mapping() { munmap(data_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  void* data_;
  std::size_t size_;
};

[[noreturn]] void reject(const fs::path& file, std::string_view why) {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{} is not a whole token file: {}", file.string(), why));
}

// Where the columns are follows from how many rows and tokens there are.
bool sizes_agree(const Header& h, std::uint64_t size) {
  if (h.rows >= kLargestFile / 8 || h.tokens >= kLargestFile / 8) return false;
  if (h.types != 0 && h.types != h.tokens) return false;
  return h.offsets_at == aligned(kHeaderBytes + 4 * h.tokens) &&
         h.types_at == aligned(h.offsets_at + 8 * (h.rows + 1)) &&
         h.size == h.types_at + 4 * h.types && h.size == size;
}

Header read_header(const fs::path& file, std::span<const std::byte> bytes, const std::string& key) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(Header));
  if (header.magic != Header{}.magic) reject(file, "it does not begin as one");
  if (header.format != kFormat) reject(file, fmt::format("it is of format {}", header.format));
  if (header.digest != own_digest(header)) reject(file, "its header is damaged");
  if (header.key != to_digest(key)) reject(file, "it holds the ids of something else");
  if (!sizes_agree(header, bytes.size())) reject(file, "its size is wrong");
  return header;
}

template <typename T>
std::span<const T> column(std::span<const std::byte> bytes, std::uint64_t at, std::uint64_t count) {
  return {reinterpret_cast<const T*>(bytes.data() + at), count};
}

void check_columns(const fs::path& file, const Header& header, const TokenFile& columns) {
  if (digest_of(std::as_bytes(columns.ids)) != header.ids_digest ||
      digest_of(std::as_bytes(columns.offsets)) != header.offsets_digest ||
      digest_of(std::as_bytes(columns.type_ids)) != header.types_digest)
    reject(file, "its checksum is wrong");
  // A checksum is no proof of sense.
  if (columns.offsets.front() != 0 || !std::ranges::is_sorted(columns.offsets) ||
      columns.offsets.back() != static_cast<std::int64_t>(header.tokens))
    reject(file, "its offsets are no offsets");
  const auto negative = [](std::int32_t id) { return id < 0; };
  if (std::ranges::any_of(columns.ids, negative) || std::ranges::any_of(columns.type_ids, negative))
    reject(file, "it has negative ids");
}

}  // namespace

std::optional<TokenFile> map_token_file(const fs::path& file, const std::string& key) {
  std::error_code ignored;
  if (fs::status(file, ignored).type() == fs::file_type::not_found) return std::nullopt;
  const hub::FileDescriptor fd = hub::open_file(file, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) throw hub::io_error(file, "read", errno);
  if (!S_ISREG(status.st_mode)) reject(file, "it is no file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < kHeaderBytes || size > kLargestFile) reject(file, "its size is wrong");
  const auto mapping = std::make_shared<const Mapping>(fd.get(), size, file);
  const std::span<const std::byte> bytes = mapping->bytes();
  const Header header = read_header(file, bytes, key);
  TokenFile columns{
      .ids = column<std::int32_t>(bytes, kHeaderBytes, header.tokens),
      .type_ids = column<std::int32_t>(bytes, header.types_at, header.types),
      .offsets = column<std::int64_t>(bytes, header.offsets_at, header.rows + 1),
      .storage = mapping,
  };
  check_columns(file, header, columns);
  return columns;
}

}  // namespace trainer::data
