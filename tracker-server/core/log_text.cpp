#include "core/log_text.hpp"

#include <array>
#include <cstddef>

namespace tracker::core {
namespace {

void put_byte(std::string& out, unsigned char byte) {
  constexpr std::array kDigits{'0', '1', '2', '3', '4', '5', '6', '7',
                               '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  out += "\\x";
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

void put_ascii(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(static_cast<char>(byte));
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F)
    put_byte(out, byte);
  else
    out.push_back(static_cast<char>(byte));
}

// Bytes of the sequence beyond ASCII that `text` begins with; 0 when it is none, or one of the
// control characters U+0080 to U+009F. Overlong forms and surrogates pass: a log needs no more.
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  return first == 0xC2 && at(1) < 0xA0 ? 0 : size;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out(1, '"');
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    std::size_t taken = 1;
    if (first < 0x80) {
      put_ascii(out, first);
    } else if (const std::size_t size = sequence(text); size > 0) {
      out.append(text.substr(0, size));
      taken = size;
    } else {
      put_byte(out, first);
    }
    text.remove_prefix(taken);
  }
  out.push_back('"');
  return out;
}

}  // namespace tracker::core
