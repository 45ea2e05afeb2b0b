#include "text/models/byte_alphabet.hpp"

#include <array>

#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

struct Alphabet {
  std::array<char32_t, 256> character{};
  std::array<std::int16_t, 0x180> byte{};  // -1 where no byte has that character

  Alphabet() {
    byte.fill(-1);
    char32_t next = 0x100;
    for (std::size_t b = 0; b < 256; ++b) {
      const bool printable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      character[b] = printable ? static_cast<char32_t>(b) : next++;
      byte[character[b]] = static_cast<std::int16_t>(b);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet made;
  return made;
}

}  // namespace

std::optional<std::string> bytes_of_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size();) {
    const Decoded c = decode(token.data() + i);
    if (c.code >= alphabet().byte.size() || alphabet().byte[c.code] < 0) return std::nullopt;
    out.push_back(static_cast<char>(alphabet().byte[c.code]));
    i += c.length;
  }
  return out;
}

std::string token_of_bytes(std::string_view bytes) {
  std::string out;
  for (const char b : bytes) append(out, alphabet().character[static_cast<unsigned char>(b)]);
  return out;
}

}  // namespace trainer::text
