#include "text/detokenizer.hpp"

namespace trainer::text {

Detokenizer::Detokenizer(const Stages& stages) : stages_(stages) {
  for (const AddedToken& token : stages.added_tokens) {
    const bool normalized = token.normalized && stages.normalizer != nullptr;
    added_[token.id] = normalized ? stages.normalizer->normalize(token.content) : token.content;
    if (token.special) special_.insert(token.content);
  }
}

std::string Detokenizer::decode(std::span<const std::int32_t> ids,
                                const DecodeOptions& options) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const std::int32_t id : ids) {
    const auto added = added_.find(id);
    std::optional<std::string> token =
        added != added_.end() ? std::optional(added->second) : stages_.model->token_of(id);
    if (!token || (options.skip_special_tokens && special_.contains(*token))) continue;
    tokens.push_back(std::move(*token));
  }
  if (!stages_.decoder) return join(tokens, " ");
  return join(stages_.decoder->decode(std::move(tokens)), "");
}

}  // namespace trainer::text
