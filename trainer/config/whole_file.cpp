#include "config/whole_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "config/error.hpp"

namespace trainer::config {

std::string read_whole_file(const std::filesystem::path& file, const FileLimit& limit) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory;
    throw Error(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: cannot be read: {}", file.string(), error.message()));
  }
  if (size > limit.bytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: {} bytes; {} of at most {} bytes was expected", file.string(),
                            size, limit.what, limit.bytes));
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!stream.is_open() || stream.gcount() != static_cast<std::streamsize>(size)) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be read, or was cut while reading", file.string()));
  }
  return bytes;
}

}  // namespace trainer::config
