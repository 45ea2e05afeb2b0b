#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "text/tokenizer.hpp"

namespace trainer::cli {

enum class Padding { kNone, kMaxLength };

struct TokenizeOptions {
  std::filesystem::path model;  // directory with the tokenizer's files
  // JSON lines {"text": …[, "text_pair": …]}; "-": standard input
  std::string input;
  // JSON lines, see run_tokenize; "-": standard output
  std::string output;
  // max_length absent: untruncated. Its `offsets` adds them.
  text::EncodeOptions encode;
  Padding padding = Padding::kNone;  // kMaxLength needs a max_length
};

// `trainer tokenize`: one output line per input line, in order, with the names of transformers:
// {"input_ids": […][, "token_type_ids": […]][, "attention_mask": […]][, "offset_mapping": [[b, e],
// …]]}; token types only where the model takes them, the mask only with padding. An output file
// appears whole or not at all. Returns the exit code 0; throws Error naming the file and the line.
int run_tokenize(const TokenizeOptions& options);

}  // namespace trainer::cli
