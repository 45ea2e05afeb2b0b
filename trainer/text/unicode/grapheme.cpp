#include "text/unicode/grapheme.hpp"

#include <unicode/uchar.h>

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

constexpr char32_t kZeroWidthJoiner = 0x200D;
constexpr char32_t kZeroWidthNonJoiner = 0x200C;

UGraphemeClusterBreak break_class(char32_t c) noexcept {
  if (c == 0x113D1) return U_GCB_PREPEND;  // since Unicode 16
  return static_cast<UGraphemeClusterBreak>(
      u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_GRAPHEME_CLUSTER_BREAK));
}

bool is_control(UGraphemeClusterBreak kind) noexcept {
  return kind == U_GCB_CONTROL || kind == U_GCB_CR || kind == U_GCB_LF;
}

bool is_pictographic(char32_t c) noexcept {
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
}

// What the characters of a grapheme so far mean for the next one.
class Cluster {
 public:
  explicit Cluster(char32_t c) { take(c); }

  bool joins(char32_t c) const {
    const UnicodeTables& tables = UnicodeTables::get();
    const UGraphemeClusterBreak next = break_class(c);
    if (last_ == U_GCB_CR) return next == U_GCB_LF;
    if (is_control(last_)) return false;
    if (tables.has(c, kJoins)) return true;
    if (is_control(next)) return false;
    if (last_ == U_GCB_PREPEND) return true;
    const bool vowel_or_after = next == U_GCB_V || next == U_GCB_T;
    switch (last_) {
      case U_GCB_L:
        if (next == U_GCB_L || next == U_GCB_V || next == U_GCB_LV || next == U_GCB_LVT)
          return true;
        break;
      case U_GCB_LV:
      case U_GCB_V:
        if (vowel_or_after) return true;
        break;
      case U_GCB_LVT:
      case U_GCB_T:
        if (next == U_GCB_T) return true;
        break;
      default:
        break;
    }
    if (consonant_ && linked_ && tables.has(c, kIndicConsonant)) return true;
    if (pictograph_joined_ && is_pictographic(c)) return true;
    return next == U_GCB_REGIONAL_INDICATOR && flags_ % 2 == 1;
  }

  void take(char32_t c) {
    const UnicodeTables& tables = UnicodeTables::get();
    const bool joins = tables.has(c, kJoins);
    last_ = joins ? U_GCB_EXTEND : break_class(c);
    flags_ = last_ == U_GCB_REGIONAL_INDICATOR ? flags_ + 1 : 0;
    const bool spacing = joins && break_class(c) == U_GCB_SPACING_MARK;
    if (tables.has(c, kIndicConsonant)) {
      consonant_ = true;
      linked_ = false;
    } else if (!joins || spacing || c == kZeroWidthNonJoiner) {
      consonant_ = linked_ = tables.has(c, kIndicLinker) && consonant_;
    } else {
      linked_ = linked_ || tables.has(c, kIndicLinker);
    }
    pictograph_joined_ = pictograph_ && c == kZeroWidthJoiner;
    pictograph_ = is_pictographic(c) || (pictograph_ && joins && !spacing && c != kZeroWidthJoiner);
  }

 private:
  UGraphemeClusterBreak last_ = U_GCB_OTHER;
  int flags_ = 0;                   // regional indicators at the end
  bool consonant_ = false;          // an Indic consonant, then only what extends it
  bool linked_ = false;             // with a linker among that
  bool pictograph_ = false;         // a pictograph, then only what extends it
  bool pictograph_joined_ = false;  // and then a joiner
};

}  // namespace

std::size_t grapheme_length(std::string_view text) {
  const auto is_ascii_byte = [text](std::size_t i) {
    return static_cast<unsigned char>(text[i]) < 0x80;
  };
  if (is_ascii_byte(0) && text[0] != '\r' && (text.size() == 1 || is_ascii_byte(1))) return 1;
  const Decoded first = decode(text.data());
  Cluster cluster(first.code);
  std::size_t length = first.length;
  while (length < text.size()) {
    const Decoded next = decode(text.data() + length);
    if (!cluster.joins(next.code)) break;
    cluster.take(next.code);
    length += next.length;
  }
  return length;
}

}  // namespace trainer::text
