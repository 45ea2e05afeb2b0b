#include "text/pre_tokenizers/byte_level.hpp"

#include <array>

#include "text/normalizers/simple.hpp"
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

std::size_t contraction_length(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 7> kEndings = {"'s", "'t",  "'re", "'ve",
                                                        "'m", "'ll", "'d"};
  if (text[0] != '\'') return 0;
  for (const std::string_view ending : kEndings) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

// End of the run of `kind` that starts at `from`.
std::size_t run_end(std::string_view text, std::size_t from, Kind kind,
                    const UnicodeTables& tables) noexcept {
  std::size_t i = from;
  while (i < text.size()) {
    const Decoded c = decode(text.data() + i);
    if (kind_of(c.code, tables) != kind) break;
    i += c.length;
  }
  return i;
}

}  // namespace

std::size_t gpt2_word_length(std::string_view text) noexcept {
  if (const std::size_t length = contraction_length(text); length != 0) return length;
  const UnicodeTables& tables = UnicodeTables::get();
  // " ?" then a run: the space belongs to a run of letters, digits or others that follows it
  // directly.
  const std::size_t start = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const Kind kind = kind_of(decode(text.data() + start).code, tables);
  if (kind != Kind::kSpace) return run_end(text, start, kind, tables);
  const std::size_t end = run_end(text, 0, Kind::kSpace, tables);
  if (end == text.size()) return end;
  // \s+(?!\S) gives the last space back when a word follows, unless it would be left with nothing.
  const std::size_t last = decode_last(text.substr(0, end)).length;
  return end > last ? end - last : end;
}

void ByteLevelPreTokenizer::split(const NormalizedString& text, TextStore& store,
                                  Words& words) const {
  if (text.text().empty()) return;
  const bool prefixed = options_.add_prefix_space && text.text()[0] != ' ';
  const NormalizedString whole = prefixed ? prepend(text, " ", store) : text;
  const std::size_t first = words.size();
  if (options_.use_regex) {
    for (std::string_view rest = whole.text(); !rest.empty();) {
      const std::size_t length = gpt2_word_length(rest);
      words.push_back(whole.slice(rest.substr(0, length)));
      rest.remove_prefix(length);
    }
  } else {
    words.push_back(whole);
  }
  if (options_.unit == WordUnit::kBytes) return;
  for (std::size_t i = first; i < words.size(); ++i)
    words[i] = ByteLevelNormalizer().normalize(words[i], store);
}

}  // namespace trainer::text
