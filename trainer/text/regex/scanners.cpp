#include "text/regex/scanners.hpp"

#include <algorithm>
#include <array>

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

enum class Kind : std::uint8_t { kLetter, kNumber, kSpace, kOther };

Kind kind_of(char32_t c, const UnicodeTables& tables) noexcept {
  const std::uint16_t properties = tables.properties(c);
  if ((properties & kRegexLetter) != 0) return Kind::kLetter;
  if ((properties & kRegexNumber) != 0) return Kind::kNumber;
  return (properties & kRegexSpace) != 0 ? Kind::kSpace : Kind::kOther;
}

// Characters by their kind, ASCII without decoding.
class Kinds {
 public:
  static const Kinds& get() {
    static const Kinds kinds;
    return kinds;
  }

  Kind at(std::string_view text, std::size_t i) const noexcept {
    const auto first = static_cast<unsigned char>(text[i]);
    return first < 0x80 ? ascii_[first] : kind_of(decode(text.data() + i).code, tables_);
  }

  // End of the run of `kind` from byte `from` on, of at most `most` characters.
  std::size_t run_end(std::string_view text, std::size_t from, Kind kind,
                      std::size_t most = static_cast<std::size_t>(-1)) const noexcept {
    std::size_t i = from;
    for (; i < text.size() && most > 0; --most) {
      const auto first = static_cast<unsigned char>(text[i]);
      if (first < 0x80) {
        if (ascii_[first] != kind) break;
        ++i;
        continue;
      }
      const Decoded c = decode(text.data() + i);
      if (kind_of(c.code, tables_) != kind) break;
      i += c.length;
    }
    return i;
  }

 private:
  Kinds() {
    for (char32_t c = 0; c < ascii_.size(); ++c) ascii_[c] = kind_of(c, tables_);
  }
  const UnicodeTables& tables_ = UnicodeTables::get();
  std::array<Kind, 128> ascii_{};
};

// White space that begins a text: \s+(?!\S)|\s+ gives the last character back when a word follows,
// unless it would be left with nothing.
std::size_t space_length(std::string_view text, std::size_t run) noexcept {
  if (run == text.size()) return run;
  const std::size_t last = decode_last(text.substr(0, run)).length;
  return run > last ? run - last : run;
}

std::size_t contraction_length(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 7> kEndings = {"'s", "'t",  "'re", "'ve",
                                                        "'m", "'ll", "'d"};
  for (const std::string_view ending : kEndings) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

// Without regard to case; the long s is an s as well.
std::size_t any_case_contraction_length(std::string_view text) noexcept {
  constexpr std::string_view kLongS = "\u017F";
  if (text.substr(1).starts_with(kLongS)) return 1 + kLongS.size();
  const auto lower = [text](std::size_t i) {
    const char c = i < text.size() ? text[i] : '\0';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  const std::array<char, 3> lowered = {'\'', lower(1), lower(2)};
  return contraction_length({lowered.data(), std::min<std::size_t>(text.size(), 3)});
}

class Gpt2Pattern final : public Pattern {
 public:
  void find(std::string_view text, std::vector<Match>& matches) const override {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = at + gpt2_word_length(text.substr(at));
      matches.push_back({at, end});
      at = end;
    }
  }
};

class Cl100kPattern final : public Pattern {
 public:
  explicit Cl100kPattern(std::size_t most_digits) : most_digits_(most_digits) {}
  void find(std::string_view text, std::vector<Match>& matches) const override {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = at + cl100k_word_length(text.substr(at), most_digits_);
      matches.push_back({at, end});
      at = end;
    }
  }

 private:
  std::size_t most_digits_;
};

}  // namespace

std::size_t gpt2_word_length(std::string_view text) noexcept {
  const Kinds& kinds = Kinds::get();
  if (text[0] == '\'') {
    if (const std::size_t length = contraction_length(text); length != 0) return length;
  }
  // " ?" then a run: the space belongs to a run of letters, digits or others that follows it
  // directly.
  const std::size_t start = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const Kind kind = kinds.at(text, start);
  if (kind != Kind::kSpace) return kinds.run_end(text, start, kind);
  return space_length(text, kinds.run_end(text, 0, Kind::kSpace));
}

std::size_t cl100k_word_length(std::string_view text, std::size_t most_digits) noexcept {
  const Kinds& kinds = Kinds::get();
  if (text[0] == '\'') {
    if (const std::size_t length = any_case_contraction_length(text); length != 0) return length;
  }
  const Kind kind = kinds.at(text, 0);
  if (kind == Kind::kLetter) return kinds.run_end(text, 0, Kind::kLetter);
  if (kind == Kind::kNumber) return kinds.run_end(text, 0, Kind::kNumber, most_digits);
  const std::size_t first = decode(text.data()).length;
  const bool more = first < text.size();
  const Kind next = more ? kinds.at(text, first) : Kind::kSpace;
  if (next == Kind::kLetter && text[0] != '\r' && text[0] != '\n')
    return kinds.run_end(text, first, Kind::kLetter);
  const bool other = kind == Kind::kOther || (text[0] == ' ' && next == Kind::kOther);
  if (other) {
    std::size_t end = kinds.run_end(text, kind == Kind::kOther ? 0 : 1, Kind::kOther);
    while (end < text.size() && (text[end] == '\r' || text[end] == '\n')) ++end;
    return end;
  }
  const std::size_t run = kinds.run_end(text, 0, Kind::kSpace);
  const std::size_t line_end = text.substr(0, run).find_last_of("\r\n");
  return line_end == std::string_view::npos ? space_length(text, run) : line_end + 1;
}

std::unique_ptr<Pattern> known_pattern(std::string_view pattern) {
  constexpr std::string_view kGpt2 =
      R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
  constexpr std::string_view kQwen2 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  // Llama 3's; cl100k's own spellings of the same, possessive or not.
  constexpr std::string_view kThreeDigits[] = {
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
      R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
  };
  if (pattern == kGpt2) return std::make_unique<Gpt2Pattern>();
  if (pattern == kQwen2) return std::make_unique<Cl100kPattern>(1);
  for (const std::string_view known : kThreeDigits) {
    if (pattern == known) return std::make_unique<Cl100kPattern>(3);
  }
  return nullptr;
}

}  // namespace trainer::text
