#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

// What Hugging Face `tokenizers` holds a character to be. The library mixes Unicode versions (8, 9
// and 16 and later, by the crate a stage leans on), so no single Unicode library agrees with it;
// these tables were asked from it code point by code point (scripts/generate-unicode-tables, which
// names the release). Immutable; any thread.
namespace trainer::text {

enum Property : std::uint16_t {
  kWhitespace = 1U << 0U,   // char::is_whitespace, and \s of the regex crate
  kCleaned = 1U << 1U,      // dropped by BertNormalizer's clean_text
  kPunctuation = 1U << 2U,  // isolated by BertPreTokenizer and Punctuation
  kAccent = 1U << 3U,       // dropped by BertNormalizer's strip_accents
  kMark = 1U << 4U,         // dropped by the StripAccents normalizer
  kNumeric = 1U << 5U,      // char::is_numeric
  kWord = 1U << 6U,         // \w of the regex crate
  kRegexLetter = 1U << 7U,  // \p{L} in Split and ByteLevel
  kRegexNumber = 1U << 8U,  // \p{N} in Split and ByteLevel
  kRegexSpace = 1U << 9U,   // \s in Split and ByteLevel
  kHasLower = 1U << 10U,    // lower case differs
  // Within graphemes:
  kJoins = 1U << 11U,        // belongs to the character before it
  kIndicLinker = 1U << 12U,  // joins the consonant behind it to the one before it
  kIndicConsonant = 1U << 13U,
};

class UnicodeTables {
 public:
  static const UnicodeTables& get();

  std::uint16_t properties(char32_t code) const noexcept {
    return pages_[page_of_[code >> 8U]][code & 0xFFU];
  }
  bool has(char32_t code, std::uint16_t any_of) const noexcept {
    return (properties(code) & any_of) != 0;
  }
  // The lower case of one character, when it is one character: 0 for a capital I with a dot.
  char32_t lower(char32_t code) const noexcept;
  // A number for each script as UnicodeScripts has them (kana count as Han); kNoScript for what
  // belongs to none.
  static constexpr std::uint8_t kNoScript = 255;
  std::uint8_t script(char32_t code) const noexcept;
  // Appends the lower case of one character, without regard to its neighbours: İ becomes i and
  // U+0307, Σ always σ.
  void append_lower(std::string& out, char32_t code) const;

 private:
  UnicodeTables();
  using Page = std::array<std::uint16_t, 256>;
  std::array<std::uint16_t, 0x1100> page_of_{};
  std::unique_ptr<Page[]> pages_;
};

}  // namespace trainer::text
