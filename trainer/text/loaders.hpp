#pragma once

#include <filesystem>

#include "text/pipeline.hpp"
#include "text/tokenizer_config.hpp"

// One function per way in which a model directory may describe its tokenizer. Each throws Error:
// kUnsupported naming the component, kInvalidInput naming the file and the place.
namespace trainer::text {

// tokenizer.json. Switches that tokenizer_config.json names (do_lower_case, add_prefix_space, …)
// win over it.
Stages load_tokenizer_json(const std::filesystem::path& file, const TokenizerConfig& config);

// vocab.txt of a BERT-type model: a token a line, its id the line's number.
Stages load_bert_vocabulary(const std::filesystem::path& file, const TokenizerConfig& config);

// vocab.json and merges.txt of a byte-level BPE: RoBERTa, BART and Longformer, GPT-2, DeBERTa;
// which one is told by tokenizer_class or model_type, else by the special tokens in the vocabulary.
struct ByteLevelFiles {
  std::filesystem::path vocabulary;
  std::filesystem::path merges;
};
Stages load_byte_level(const ByteLevelFiles& files, const TokenizerConfig& config);

// Adds the tokens of tokenizer_config.json that `stages` does not have yet.
void add_configured_tokens(const TokenizerConfig& config, Stages& stages);

// Lines without their ends (\n or \r\n). Throws kIo, kNotFound, kInvalidInput (too large, not
// UTF-8).
std::vector<std::string> read_lines(const std::filesystem::path& file);

}  // namespace trainer::text
