#include "text/bert_encoder.hpp"

#include "text/unicode/properties.hpp"
#include "text/word_cache.hpp"

namespace trainer::text {

BertEncoder::BertEncoder(const BertNormalizer& normalizer, const WordPiece& model)
    : normalizer_(normalizer), model_(model), owner_(WordCache::new_owner()) {
  const UnicodeTables& tables = UnicodeTables::get();
  // Other control characters are dropped by clean_text without ending the word, so they belong to
  // the chunk.
  for (const unsigned char c : {' ', '\t', '\n', '\r'}) kinds_[c] = ByteKind::kSpace;
  for (unsigned char c = 0; c < 128; ++c) {
    if (!tables.has(c, kPunctuation)) continue;
    kinds_[c] = ByteKind::kPunctuation;
    const char text = static_cast<char>(c);
    std::vector<std::int32_t> id;
    model_.encode({&text, 1}, id);
    punctuation_ids_[c] = id.front();
  }
}

void BertEncoder::encode(std::string_view text, std::size_t enough,
                         std::vector<std::int32_t>& ids) const {
  WordCache& cache = WordCache::of_this_thread();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && ids.size() < enough) {
    const auto first = static_cast<unsigned char>(*at);
    const ByteKind kind = kinds_[first];
    if (kind != ByteKind::kChunk) {
      if (kind == ByteKind::kPunctuation) ids.push_back(punctuation_ids_[first]);
      ++at;
      continue;
    }
    const char* const start = at;
    while (at != end && kinds_[static_cast<unsigned char>(*at)] == ByteKind::kChunk) ++at;
    const std::string_view chunk(start, static_cast<std::size_t>(at - start));
    cache.append(owner_, chunk, ids,
                 [&](std::vector<std::int32_t>& out) { encode_chunk(chunk, out); });
  }
}

void BertEncoder::encode_chunk(std::string_view chunk, std::vector<std::int32_t>& ids) const {
  thread_local TextStore store;
  thread_local Words words;
  store.clear();
  words.clear();
  const NormalizedString normalized =
      normalizer_.normalize(NormalizedString(chunk, Tracking::kOff, store), store);
  pre_tokenizer_.split(normalized, store, words);
  for (const NormalizedString& word : words) model_.encode(word.text(), ids);
}

}  // namespace trainer::text
