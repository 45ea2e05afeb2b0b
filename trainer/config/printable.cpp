#include "config/printable.hpp"

#include "config/utf8.hpp"

namespace trainer::config {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
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
    const auto [sequence, well_formed] = first_sequence(text.substr(at));
    const std::size_t taken = well_formed ? sequence : 1;
    if (at + taken > longest) return result + "…";
    const std::string_view character = text.substr(at, taken);
    if (!well_formed || is_control(character)) {
      result += '?';
    } else {
      result += character;
    }
    at += taken;
  }
  return result;
}

}  // namespace trainer::config
