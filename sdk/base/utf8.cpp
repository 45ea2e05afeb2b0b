#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace tracker::base {
namespace {

// Bytes of the well-formed sequence that starts at p; 0 if none does.
std::size_t sequence(const unsigned char* p, std::size_t left) noexcept {
  const auto tail = [&](std::size_t i) { return i < left && (p[i] & 0xC0) == 0x80; };
  if (p[0] < 0x80) return 1;
  if (p[0] >= 0xC2 && p[0] <= 0xDF) return tail(1) ? 2 : 0;
  if (p[0] >= 0xE0 && p[0] <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    return 3;
  }
  if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) noexcept {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t word;
    if (text.size() - i >= 8) {
      std::memcpy(&word, p + i, 8);
      if ((word & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const std::size_t n = sequence(p + i, text.size() - i);
    if (n == 0) return i;
    i += n;
  }
  return i;
}

std::string to_text(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::string_view valid = bytes.substr(0, valid_utf8_prefix(bytes));
    const std::size_t good = std::min(valid.find('\0'), valid.size());
    out.append(bytes.substr(0, good));
    if (good == bytes.size()) break;
    out.append("\xEF\xBF\xBD");
    bytes.remove_prefix(good + 1);
  }
  return out;
}

}  // namespace tracker::base
