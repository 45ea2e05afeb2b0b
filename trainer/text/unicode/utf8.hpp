#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 as the tokenizer stages see it: every stage gets valid UTF-8, made so once at the door by
// repair().
namespace trainer::text {

struct Decoded {
  char32_t code;
  std::uint32_t length;  // bytes, 1 to 4
};

// The character at `p`, which must be the start of one in valid UTF-8.
inline Decoded decode(const char* p) noexcept {
  const auto at = [p](int i) { return static_cast<char32_t>(static_cast<unsigned char>(p[i])); };
  const char32_t first = at(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1FU) << 6U | (at(1) & 0x3FU), 2};
  if (first < 0xF0) return {(first & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU), 3};
  return {(first & 0x07U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U | (at(3) & 0x3FU),
          4};
}

// The last character of a text that is not empty.
inline Decoded decode_last(std::string_view text) noexcept {
  std::size_t start = text.size() - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  return decode(text.data() + start);
}

// Calls `function(code, bytes)` for each character of valid UTF-8.
template <typename Function>
void for_each_character(std::string_view text, Function&& function) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text.data() + i);
    function(c.code, text.substr(i, c.length));
    i += c.length;
  }
}

void append(std::string& out, char32_t code);

bool is_ascii(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;
// Characters of valid UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

// Each maximal part of an ill-formed sequence becomes one U+FFFD, as in Python's
// decode(errors="replace") and in the Unicode Standard, section 3.9 (table 3-8). Valid text comes
// back as it is.
std::string repair(std::string_view text);

}  // namespace trainer::text
