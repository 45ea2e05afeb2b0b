#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tracker::base {

// Length of the longest prefix that is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no
// overlong forms).
std::size_t valid_utf8_prefix(std::string_view text) noexcept;
inline bool is_utf8(std::string_view text) noexcept {
  return valid_utf8_prefix(text) == text.size();
}

// What a text of a record may be: well-formed UTF-8 without NUL, which PostgreSQL's texts cannot
// hold.
inline bool is_text(std::string_view text) noexcept {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}
// Makes text of any bytes: NUL, and each byte that is not part of well-formed UTF-8, becomes
// U+FFFD.
std::string to_text(std::string_view bytes);

}  // namespace tracker::base
