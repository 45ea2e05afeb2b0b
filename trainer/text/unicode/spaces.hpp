#pragma once

#include <cstddef>
#include <string_view>

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

// White space at the edges of a text (kWhitespace).
namespace trainer::text {

// Bytes of the text without the white space at its end.
inline std::size_t without_spaces_at_end(std::string_view text) noexcept {
  while (!text.empty()) {
    const Decoded c = decode_last(text);
    if (!UnicodeTables::get().has(c.code, kWhitespace)) break;
    text.remove_suffix(c.length);
  }
  return text.size();
}

// Bytes of white space that the text begins with.
inline std::size_t spaces_at_start(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    const Decoded c = decode(text.data() + i);
    if (!UnicodeTables::get().has(c.code, kWhitespace)) break;
    i += c.length;
  }
  return i;
}

}  // namespace trainer::text
