#include "text/normalizers/simple.hpp"

#include <algorithm>
#include <array>

#include "text/models/byte_alphabet.hpp"
#include "text/unicode/properties.hpp"
#include "text/unicode/spaces.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

std::string Normalizer::normalize(std::string_view text) const {
  TextStore store;
  return std::string(normalize(NormalizedString(text, Tracking::kOff, store), store).text());
}

NormalizedString LowercaseNormalizer::normalize(const NormalizedString& text,
                                                TextStore& store) const {
  const UnicodeTables& tables = UnicodeTables::get();
  Transform out(text, store);
  for_each_character(text.text(), [&](char32_t c, std::string_view bytes) {
    if (!tables.has(c, kHasLower)) return out.put(bytes, 0);
    if (const char32_t lower = tables.lower(c); lower != 0) return out.put(lower, 0);
    out.put(U'i', 0);  // of a capital I with a dot
    out.put(U'\u0307', 1);
  });
  return out.finish();
}

NormalizedString FormNormalizer::normalize(const NormalizedString& text, TextStore& store) const {
  const std::string_view all = text.text();
  UnstablePart part = next_unstable(form_, all, 0);
  if (part.begin == all.size() && text.fully_aligned()) return text;
  Transform out(text, store);
  std::vector<CharacterChange> changes;
  std::size_t done = 0;
  while (part.begin < all.size()) {
    out.keep(all.substr(done, part.begin - done));
    changes.clear();
    trainer::text::normalize(form_, all.substr(part.begin, part.end - part.begin), changes);
    for (const CharacterChange& c : changes) out.put(c.code, c.change);
    done = part.end;
    part = next_unstable(form_, all, done);
  }
  out.keep(all.substr(done));
  return out.finish();
}

NormalizedString StripAccentsNormalizer::normalize(const NormalizedString& text,
                                                   TextStore& store) const {
  const UnicodeTables& tables = UnicodeTables::get();
  return filter_map(
      text, store, [&tables](char32_t c) { return !tables.has(c, kMark); },
      [](char32_t c) { return c; });
}

NormalizedString StripNormalizer::normalize(const NormalizedString& text, TextStore&) const {
  const std::string_view all = text.text();
  const std::size_t begin = sides_.left ? spaces_at_start(all) : 0;
  const std::size_t end = sides_.right ? without_spaces_at_end(all) : all.size();
  return text.narrowed(begin, std::max(begin, end));
}

NormalizedString NmtNormalizer::normalize(const NormalizedString& text, TextStore& store) const {
  const auto keep = [](char32_t c) {
    return !((c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F ||
             c == 0x8F || c == 0x9F);
  };
  const auto map = [](char32_t c) {
    const bool space = c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
                       (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
                       c == 0xFEFF || c == 0xFFFD;
    return space ? U' ' : c;
  };
  return filter_map(text, store, keep, map);
}

NormalizedString ByteLevelNormalizer::normalize(const NormalizedString& text,
                                                TextStore& store) const {
  static const std::array<std::string, 256> kCharacters = [] {
    std::array<std::string, 256> made;
    for (std::size_t b = 0; b < made.size(); ++b) {
      const auto byte = static_cast<char>(b);
      made[b] = token_of_bytes({&byte, 1});
    }
    return made;
  }();
  Transform out(text, store);
  for_each_character(text.text(), [&out](char32_t, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      out.put(kCharacters[static_cast<unsigned char>(bytes[i])], i == 0 ? 0 : 1);
  });
  return out.finish();
}

NormalizedString SequenceNormalizer::normalize(const NormalizedString& text,
                                               TextStore& store) const {
  NormalizedString out = text;
  for (const auto& part : parts_) out = part->normalize(out, store);
  return out;
}

}  // namespace trainer::text
