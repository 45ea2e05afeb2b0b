#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace trainer::cli {

struct TokenizeOptions {
  std::filesystem::path model;  // directory with the tokenizer's files
  // JSON lines {"text": …[, "text_pair": …]}; "-": standard input
  std::string input;
  // JSON lines {"input_ids": […][, "token_type_ids": […]]}; "-": standard output
  std::string output;
  std::optional<std::size_t> max_length;  // absent: untruncated
};

// `trainer tokenize`: one output line per input line, in order; token types only where the model
// takes them. An output file appears whole or not at all. Returns the exit code 0; throws Error
// naming the file and the line.
int run_tokenize(const TokenizeOptions& options);

}  // namespace trainer::cli
