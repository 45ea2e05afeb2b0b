#include "text/pipeline.hpp"

#include <algorithm>

#include "text/placing.hpp"
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

// `text` in valid UTF-8, in `storage` when it had to be repaired.
std::string_view valid(std::string_view text, std::string& storage) {
  if (is_valid_utf8(text)) return text;
  storage = repair(text);
  return storage;
}

}  // namespace

// What one text needs while it goes through the stages; kept for the next one.
struct Pipeline::Scratch {
  TextStore store;
  std::vector<TextPart> raw_parts;
  std::vector<TextPart> normalized_parts;
  Words words;
};

Pipeline::Scratch& Pipeline::scratch() {
  thread_local Scratch scratch;
  return scratch;
}

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
  const Specials specials = stages_.encode_special_tokens ? Specials::kAreText : Specials::kAreCut;
  raw_tokens_ = AddedTokenMatcher(std::move(raw), specials);
  normalized_tokens_ = AddedTokenMatcher(std::move(normalized), specials);
  if (normalized_tokens_.empty()) bert_ = make_bert_encoder(stages_);
}

template <typename Token, typename Word>
bool Pipeline::for_each_part(std::string_view text, Tracking tracking, Token&& token,
                             Word&& word) const {
  Scratch& s = scratch();
  s.store.clear();
  const NormalizedString whole(text, tracking, s.store);
  s.raw_parts.clear();
  raw_tokens_.split(text, s.raw_parts);
  for (const TextPart& part : s.raw_parts) {
    const NormalizedString piece = whole.slice(part.begin, part.end);
    const bool more =
        part.id == TextPart::kText ? for_each_word(piece, token, word) : token(piece, part.id);
    if (!more) return false;
  }
  return true;
}

template <typename Token, typename Word>
bool Pipeline::for_each_word(const NormalizedString& raw, Token&& token, Word&& word) const {
  Scratch& s = scratch();
  const NormalizedString piece =
      stages_.normalizer ? stages_.normalizer->normalize(raw, s.store) : raw;
  s.normalized_parts.clear();
  normalized_tokens_.split(piece.text(), s.normalized_parts);
  for (const TextPart& part : s.normalized_parts) {
    const NormalizedString sliced = piece.slice(part.begin, part.end);
    if (part.id != TextPart::kText) {
      if (!token(sliced, part.id)) return false;
      continue;
    }
    s.words.clear();
    if (stages_.pre_tokenizer) {
      stages_.pre_tokenizer->split(sliced, s.store, s.words);
    } else {
      s.words.push_back(sliced);
    }
    for (const NormalizedString& found : s.words) {
      if (!word(found)) return false;
    }
  }
  return true;
}

void Pipeline::encode_parts(std::string_view text, std::size_t enough,
                            std::vector<std::int32_t>& ids) const {
  WordCache& cache = WordCache::of_this_thread();
  for_each_part(
      text, Tracking::kOff,
      [&](const NormalizedString&, std::int32_t id) {
        ids.push_back(id);
        return ids.size() < enough;
      },
      [&](const NormalizedString& word) {
        cache.append(owner_, word.text(), ids, [&](std::vector<std::int32_t>& out) {
          stages_.model->encode(word.text(), out);
        });
        return ids.size() < enough;
      });
}

std::vector<std::int32_t> Pipeline::encode(std::string_view text, std::size_t enough) const {
  std::string repaired;
  text = valid(text, repaired);
  std::vector<std::int32_t> ids;
  // About four bytes a token in English; one growth at most for text twice as dense.
  ids.reserve(std::min(text.size() / 4 + 8, enough));
  if (!bert_) {
    encode_parts(text, enough, ids);
    return ids;
  }
  std::vector<TextPart>& parts = scratch().raw_parts;
  parts.clear();
  raw_tokens_.split(text, parts);
  for (const TextPart& part : parts) {
    if (ids.size() >= enough) break;
    if (part.id != TextPart::kText) {
      ids.push_back(part.id);
    } else {
      bert_->encode(text.substr(part.begin, part.end - part.begin), enough, ids);
    }
  }
  return ids;
}

std::vector<PlacedToken> Pipeline::encode_placed(std::string_view text) const {
  std::string repaired;
  text = valid(text, repaired);
  Placing placing(text, *stages_.model, stages_.post_processor.trims());
  for_each_part(
      text, Tracking::kOn,
      [&](const NormalizedString& part, std::int32_t id) { return placing.token(part, id); },
      [&](const NormalizedString& word) { return placing.word(word); });
  return placing.take();
}

}  // namespace trainer::text
