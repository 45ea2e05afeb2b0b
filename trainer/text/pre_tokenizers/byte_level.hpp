#pragma once

#include "text/pre_tokenizers/pre_tokenizer.hpp"

namespace trainer::text {

struct ByteLevelOptions {
  bool add_prefix_space = true;      // before a text that does not begin with one
  bool use_regex = true;             // cut by GPT-2's pattern; else the text is one word
  WordUnit unit = WordUnit::kBytes;  // words are bytes as they are, or characters of the alphabet
};

// Cuts by GPT-2's pattern
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// written out as a scanner: no regular expression library has the library's Unicode tables, nor its
// speed.
class ByteLevelPreTokenizer final : public PreTokenizer {
 public:
  explicit ByteLevelPreTokenizer(ByteLevelOptions options) : options_(options) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  ByteLevelOptions options_;
};

}  // namespace trainer::text
