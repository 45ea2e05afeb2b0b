#include "filter/ast.hpp"

#include <algorithm>
#include <utility>

namespace tracker::filter {

QueryError::QueryError(std::string part, std::size_t position, std::size_t characters,
                       const std::string& what)
    : Error(ErrorCode::kInvalidArgument,
            part + ", position " + std::to_string(characters + 1) + ": " + what),
      part_(std::move(part)),
      position_(position) {}

QueryError query_error(std::string_view part, std::string_view text, std::size_t position,
                       const std::string& what) {
  const auto before = text.substr(0, position);
  const auto characters =
      std::count_if(before.begin(), before.end(), [](char c) { return (c & '\xC0') != '\x80'; });
  return {std::string(part), position, static_cast<std::size_t>(characters), what};
}

std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  while (most > 0 && (text[most] & '\xC0') == '\x80') --most;
  return text.substr(0, most);
}

}  // namespace tracker::filter
