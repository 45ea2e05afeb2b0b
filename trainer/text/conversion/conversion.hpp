#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "text/tokenizer_config.hpp"
#include "text/tokenizer_document.hpp"

// Models from before tokenizer.json, or without one: their files become a tokenizer.json, as
// transformers 4.57 makes it, which the one loader then reads.
namespace trainer::text {

struct Converted {
  TokenizerDocument document;
  std::vector<std::filesystem::path> files;
};

// nullopt when the directory has none of vocab.txt, vocab.json with merges.txt, and a
// sentencepiece model. Which of them are read, and how, is the word of tokenizer_class or
// model_type; where the files name neither: vocab.txt is BERT's, vocab.json RoBERTa's if it has
// <s> and </s>, else GPT-2's. Throws kUnsupported for a class that is not known, for sentencepiece
// models of no class, and kInvalidInput for broken files.
std::optional<Converted> convert_model_files(const std::filesystem::path& directory,
                                             const TokenizerConfig& config);

}  // namespace trainer::text
