#include "text/models/word_level.hpp"

#include <fmt/format.h>

#include "config/error.hpp"

namespace trainer::text {

WordLevel::WordLevel(const std::vector<VocabularyEntry>& vocabulary, const std::string& unk_token,
                     std::string place)
    : tokens_(vocabulary), unk_id_(tokens_.find(unk_token)), place_(std::move(place)) {}

std::int32_t WordLevel::id_or_unknown(std::string_view word) const {
  if (const std::int32_t id = tokens_.find(word); id != Vocabulary::kAbsent) return id;
  if (unk_id_ != Vocabulary::kAbsent) return unk_id_;
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: '{}' is not in the vocabulary, and neither is the unknown token",
                          place_, word));
}

void WordLevel::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  ids.push_back(id_or_unknown(word));
}

void WordLevel::encode(std::string_view word, std::vector<Token>& tokens) const {
  tokens.push_back({id_or_unknown(word), 0, static_cast<std::uint32_t>(word.size())});
}

std::optional<std::int32_t> WordLevel::id_of(std::string_view token) const {
  const std::int32_t id = tokens_.find(token);
  return id == Vocabulary::kAbsent ? std::nullopt : std::optional(id);
}

std::optional<std::string> WordLevel::token_of(std::int32_t id) const {
  const std::optional<std::string_view> token = tokens_.token_of(id);
  return token ? std::optional<std::string>(*token) : std::nullopt;
}

}  // namespace trainer::text
