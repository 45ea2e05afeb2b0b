#include "text/placing.hpp"

#include "text/models/unigram.hpp"
#include "text/unicode/spaces.hpp"

namespace trainer::text {
namespace {

// The character that stands for the space byte in GPT-2's alphabet.
constexpr char32_t kSpaceByte = 0x120;

bool is_space(char32_t c) { return c == kSpaceByte || UnicodeTables::get().has(c, kWhitespace); }

}  // namespace

Placing::Placing(std::string_view text, const Model& model, bool count_spaces)
    : size_(text.size()), model_(model), count_spaces_(count_spaces) {
  if (const auto* unigram = dynamic_cast<const Unigram*>(&model))
    spelled_unknown_ = unigram->unk_id();
  if (is_ascii(text)) return;
  character_of_.reserve(text.size());
  std::uint32_t index = 0;
  for_each_character(text, [&](char32_t, std::string_view bytes) {
    character_of_.insert(character_of_.end(), bytes.size(), index++);
  });
}

Offset Placing::characters(Span bytes) const noexcept {
  // As the library: what begins at the end of the text or behind it stays as it is.
  if (character_of_.empty() || bytes.begin >= size_) return {bytes.begin, bytes.end};
  Offset out{character_of_[bytes.begin], 0};
  if (bytes.end < size_) {
    out.end = character_of_[bytes.end];
  } else {
    out.end = (bytes.end - 1 < size_ ? character_of_[bytes.end - 1] : out.begin + 1) + 1;
  }
  return out;
}

void Placing::count_spaces(std::string_view token, PlacedToken& out) const {
  bool leading = true;
  for_each_character(token, [&](char32_t c, std::string_view) {
    const bool space = is_space(c);
    leading = leading && space;
    if (leading) ++out.leading_spaces;
    out.trailing_spaces = space ? out.trailing_spaces + 1 : 0;
  });
}

bool Placing::token(const NormalizedString& part, std::int32_t id) {
  PlacedToken& out = tokens_.emplace_back();
  out.id = id;
  out.offset = characters(part.original(0, part.text().size()));
  if (count_spaces_) count_spaces(part.text(), out);
  return true;
}

bool Placing::word(const NormalizedString& word) {
  of_word_.clear();
  model_.encode(word.text(), of_word_);
  for (const Token& token : of_word_) {
    PlacedToken& out = tokens_.emplace_back();
    out.id = token.id;
    out.offset = characters(word.original(token.begin, token.end));
    if (!count_spaces_) continue;
    if (token.id == spelled_unknown_) {
      count_spaces(word.text().substr(token.begin, token.end - token.begin), out);
    } else if (const auto written = model_.token_of(token.id)) {
      count_spaces(*written, out);
    }
  }
  return true;
}

}  // namespace trainer::text
