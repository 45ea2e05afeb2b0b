#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/models/word_piece.hpp"
#include "text/normalizers/bert.hpp"
#include "text/pre_tokenizers/simple.hpp"

// BertNormalizer, BertPreTokenizer and WordPiece in one pass over the bytes, with the same result.
// A chunk (what lies between ASCII spaces and punctuation) can be encoded alone: no stage looks
// across them, as they stay what they are and never combine. So chunks are looked up in the word
// cache as they stand in the text, and only unknown ones go through the stages. Immutable; any
// thread.
namespace trainer::text {

class BertEncoder {
 public:
  // Keeps references to both; they must outlive it.
  BertEncoder(const BertNormalizer& normalizer, const WordPiece& model);

  // Appends the ids of `text` (valid UTF-8), and stops early once there are `enough`.
  void encode(std::string_view text, std::size_t enough, std::vector<std::int32_t>& ids) const;

 private:
  enum class ByteKind : std::uint8_t { kChunk, kSpace, kPunctuation };

  void encode_chunk(std::string_view chunk, std::vector<std::int32_t>& ids) const;

  const BertNormalizer& normalizer_;
  const WordPiece& model_;
  BertPreTokenizer pre_tokenizer_;
  std::uint32_t owner_;
  std::array<ByteKind, 256> kinds_{};
  std::array<std::int32_t, 128> punctuation_ids_{};
};

}  // namespace trainer::text
