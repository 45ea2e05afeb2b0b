#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tracker::spool {

// Length of the longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no
// overlong forms).
std::size_t valid_utf8_prefix(std::string_view text) noexcept;
inline bool is_utf8(std::string_view text) noexcept {
  return valid_utf8_prefix(text) == text.size();
}

// The text with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace tracker::spool
