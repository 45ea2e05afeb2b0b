#include "text/conversion/lines.hpp"

#include <fmt/format.h>

#include <sstream>

#include "config/error.hpp"
#include "config/whole_file.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::istringstream in(config::read_whole_file(file, {.what = "a vocabulary"}));
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
