#include "text/conversion/lines.hpp"

#include <fmt/format.h>

#include <fstream>

#include "config/error.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  constexpr std::uintmax_t kMaxBytes = 64U << 20U;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) throw Error(ErrorCode::kIo, fmt::format("{}: cannot be read", file.string()));
  if (size > kMaxBytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: is larger than 64 MiB, which no vocabulary is", file.string()));
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_valid_utf8(line)) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: line {} is not UTF-8", file.string(), lines.size() + 1));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace trainer::text
