#pragma once

#include <filesystem>
#include <vector>

#include "text/conversion/document.hpp"
#include "text/conversion/special_tokens.hpp"
#include "text/conversion/tokenizer_classes.hpp"

// How each kind of model files becomes a tokenizer.json, as transformers 4.57 converts it
// (convert_slow_tokenizer.py and the constructors of its fast tokenizers): the same components,
// with the same parameters, in the same order.
namespace trainer::text {

struct Source {
  const TokenizerClass& tokenizer_class;
  const TokenizerConfig& config;
  std::vector<std::filesystem::path> files;  // vocab.txt; or vocab.json, merges.txt; or a .model
};

// Each throws kInvalidInput naming the file and the place in it.
TokenizerDocument convert_word_list(
    const Source& source);  // vocab.txt: a token a line, its id the line's
TokenizerDocument convert_merges(const Source& source);         // vocab.json and merges.txt
TokenizerDocument convert_sentencepiece(const Source& source);  // a sentencepiece model

}  // namespace trainer::text
