#pragma once

#include <cstddef>
#include <string_view>

// The one decoder of UTF-8 that is not known to be valid; what is made of it is each caller's. (Of
// valid UTF-8 text/unicode/utf8.hpp reads the characters.)
namespace trainer::config {

// The beginning of a text that is not empty.
struct Utf8Sequence {
  // Bytes, 1 to 4: of the character, or, where none begins here, of the maximal part of an
  // ill-formed one (Unicode Standard, section 3.9, table 3-8).
  std::size_t bytes = 1;
  bool well_formed = false;  // by table 3-7: no overlong form, no surrogate, nothing above U+10FFFF
};
Utf8Sequence first_sequence(std::string_view text) noexcept;

// At most `longest` bytes of the text, cut before a character rather than within one.
std::string_view whole_characters(std::string_view text, std::size_t longest) noexcept;

}  // namespace trainer::config
