#include "text/models/word_piece.hpp"

#include <algorithm>

#include "config/error.hpp"
#include "text/models/sinks.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

WordPiece::WordPiece(const std::vector<VocabularyEntry>& vocabulary, WordPieceOptions options,
                     const std::string& place)
    : options_(std::move(options)), tokens_(vocabulary) {
  std::vector<VocabularyEntry> continuations;
  for (const VocabularyEntry& entry : vocabulary) {
    if (entry.token.starts_with(options_.continuing_subword_prefix)) {
      continuations.push_back(
          {entry.token.substr(options_.continuing_subword_prefix.size()), entry.id});
    }
  }
  continuations_ = Vocabulary(continuations);
  unk_id_ = tokens_.find(options_.unk_token);
  if (unk_id_ == Vocabulary::kAbsent) {
    throw Error(ErrorCode::kInvalidInput,
                place + ": the unknown token '" + options_.unk_token +
                    "' is not in the vocabulary: this is not the file of a WordPiece model");
  }
}

template <typename Sink>
void WordPiece::encode_into(std::string_view word, Sink sink) const {
  if (word.size() > options_.max_input_chars_per_word &&
      count_characters(word) > options_.max_input_chars_per_word) {
    return sink.push(unk_id_, 0, word.size());
  }
  const std::size_t before = sink.size();
  for (std::size_t begin = 0; begin < word.size();) {
    const Vocabulary& vocabulary = begin == 0 ? tokens_ : continuations_;
    std::size_t end = std::min(word.size(), begin + vocabulary.longest_token());
    std::int32_t id = Vocabulary::kAbsent;
    for (; end > begin; --end) {
      const bool inside =
          end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0U) == 0x80U;
      if (inside) continue;
      id = vocabulary.find(word.substr(begin, end - begin));
      if (id != Vocabulary::kAbsent) break;
    }
    if (id == Vocabulary::kAbsent) {
      sink.resize(before);
      return sink.push(unk_id_, 0, word.size());
    }
    sink.push(id, begin, end);
    begin = end;
  }
}

void WordPiece::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  encode_into(word, IdSink(ids));
}

void WordPiece::encode(std::string_view word, std::vector<Token>& tokens) const {
  encode_into(word, TokenSink(tokens));
}

std::optional<std::int32_t> WordPiece::id_of(std::string_view token) const {
  const std::int32_t id = tokens_.find(token);
  return id == Vocabulary::kAbsent ? std::nullopt : std::optional(id);
}

std::optional<std::string> WordPiece::token_of(std::int32_t id) const {
  const std::optional<std::string_view> token = tokens_.token_of(id);
  return token ? std::optional<std::string>(*token) : std::nullopt;
}

}  // namespace trainer::text
