#include "config/printable.hpp"

namespace trainer::config {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Bytes of the character that `text` begins with; 0 when it is none. Only lead and continuation
// bytes are looked at: over-long forms and surrogates draw nothing on a terminal.
std::size_t character_bytes(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80U) return 0;
  }
  return size;
}

bool is_control(std::string_view character) {
  const unsigned lead = byte_at(character, 0);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
  return character.size() == 2 && lead == 0xC2 && byte_at(character, 1) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = character_bytes(text.substr(at));
    const std::size_t taken = size == 0 ? 1 : size;
    if (at + taken > longest) return result + "…";
    const std::string_view character = text.substr(at, taken);
    if (size == 0 || is_control(character)) {
      result += '?';
    } else {
      result += character;
    }
    at += taken;
  }
  return result;
}

}  // namespace trainer::config
