#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace trainer::config {

// Text from a file or a server, fit for a one-line message: control characters become '?', and what
// is longer than `longest` bytes is cut.
inline std::string printable(std::string_view text, std::size_t longest = 200) {
  std::string result(text.substr(0, longest));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  return text.size() > longest ? result + "…" : result;
}

}  // namespace trainer::config
