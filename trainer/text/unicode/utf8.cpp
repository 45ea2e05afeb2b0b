#include "text/unicode/utf8.hpp"

#include <cstring>

#include "config/utf8.hpp"

namespace trainer::text {
namespace {

// Bytes before the first one outside ASCII.
std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

}  // namespace

void append(std::string& out, char32_t code) {
  const auto byte = [&out](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | code >> 6U);
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | code >> 12U);
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | code >> 18U);
    byte(0x80U | (code >> 12U & 0x3FU));
    byte(0x80U | (code >> 6U & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

bool is_ascii(std::string_view text) noexcept { return ascii_prefix(text) == text.size(); }

bool is_valid_utf8(std::string_view text) noexcept {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    const config::Utf8Sequence first = config::first_sequence(text);
    if (!first.well_formed) return false;
    text.remove_prefix(first.bytes);
  }
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

std::string repair(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const config::Utf8Sequence first = config::first_sequence(text);
    if (first.well_formed) {
      out.append(text.substr(0, first.bytes));
    } else {
      append(out, 0xFFFD);
    }
    text.remove_prefix(first.bytes);
  }
  return out;
}

}  // namespace trainer::text
