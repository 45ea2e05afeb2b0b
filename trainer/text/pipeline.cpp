#include "text/pipeline.hpp"

#include <algorithm>

#include "text/unicode/utf8.hpp"
#include "text/word_cache.hpp"

namespace trainer::text {
namespace {

std::unique_ptr<BertEncoder> make_bert_encoder(const Stages& stages) {
  const auto* normalizer = dynamic_cast<const BertNormalizer*>(stages.normalizer.get());
  const auto* model = dynamic_cast<const WordPiece*>(stages.model.get());
  const bool bert_words =
      dynamic_cast<const BertPreTokenizer*>(stages.pre_tokenizer.get()) != nullptr;
  if (normalizer == nullptr || model == nullptr || !bert_words) return nullptr;
  return std::make_unique<BertEncoder>(*normalizer, *model);
}

}  // namespace

Pipeline::Pipeline(Stages stages) : stages_(std::move(stages)), owner_(WordCache::new_owner()) {
  std::vector<AddedToken> raw;
  std::vector<AddedToken> normalized;
  for (AddedToken token : stages_.added_tokens) {
    if (!token.normalized) {
      raw.push_back(std::move(token));
      continue;
    }
    if (stages_.normalizer) token.content = stages_.normalizer->normalize(token.content);
    normalized.push_back(std::move(token));
  }
  raw_tokens_ = AddedTokenMatcher(std::move(raw));
  normalized_tokens_ = AddedTokenMatcher(std::move(normalized));
  if (normalized_tokens_.empty()) bert_ = make_bert_encoder(stages_);
}

std::vector<std::int32_t> Pipeline::encode(std::string_view text, std::size_t enough) const {
  std::string repaired;
  if (!is_valid_utf8(text)) text = repaired = repair(text);
  std::vector<std::int32_t> ids;
  // About four bytes a token in English; one growth at most for text twice as dense.
  ids.reserve(std::min(text.size() / 4 + 8, enough));
  std::vector<TextPart> parts;
  raw_tokens_.split(text, parts);
  for (const TextPart& part : parts) {
    if (ids.size() >= enough) break;
    if (part.id != TextPart::kText) {
      ids.push_back(part.id);
    } else if (bert_) {
      bert_->encode(part.text, enough, ids);
    } else {
      encode_piece(part.text, enough, ids);
    }
  }
  return ids;
}

void Pipeline::encode_piece(std::string_view piece, std::size_t enough,
                            std::vector<std::int32_t>& ids) const {
  std::string normalized;
  if (stages_.normalizer) piece = normalized = stages_.normalizer->normalize(piece);
  std::vector<TextPart> parts;
  normalized_tokens_.split(piece, parts);
  for (const TextPart& part : parts) {
    if (part.id != TextPart::kText) {
      ids.push_back(part.id);
    } else {
      encode_words(part.text, enough, ids);
    }
  }
}

void Pipeline::encode_words(std::string_view text, std::size_t enough,
                            std::vector<std::int32_t>& ids) const {
  Words words;
  if (stages_.pre_tokenizer) {
    stages_.pre_tokenizer->split(text, words);
  } else {
    words.list.push_back(text);
  }
  WordCache& cache = WordCache::of_this_thread();
  for (const std::string_view word : words.list) {
    if (ids.size() >= enough) return;
    cache.append(owner_, word, ids,
                 [&](std::vector<std::int32_t>& out) { stages_.model->encode(word, out); });
  }
}

}  // namespace trainer::text
