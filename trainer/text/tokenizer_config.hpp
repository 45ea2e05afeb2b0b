#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "text/added_tokens.hpp"
#include "text/json_fields.hpp"

// What stands beside the tokenizer in a model directory: tokenizer_config.json,
// special_tokens_map.json, added_tokens.json and config.json's model_type. Every value may be
// absent.
namespace trainer::text {

struct TokenizerConfig {
  std::string tokenizer_class;  // without "Fast"; "" when unknown
  std::string model_type;
  std::optional<std::size_t> model_max_length;
  std::optional<bool> do_lower_case;
  std::optional<bool> strip_accents;
  std::optional<bool> tokenize_chinese_chars;
  std::optional<bool> add_prefix_space;
  std::optional<bool> truncate_left;
  std::optional<bool> pad_left;
  std::optional<std::int32_t> pad_token_type_id;
  bool split_special_tokens = false;  // special tokens in a text are text
  std::optional<std::vector<std::string>> model_input_names;
  std::string bos_token, eos_token, unk_token, sep_token, pad_token, cls_token,
      mask_token;  // "" when not named
  // added_tokens_decoder, or added_tokens.json.
  std::vector<AddedToken> added_tokens;
  bool added_tokens_are_bare = false;  // from added_tokens.json, which has texts and ids only
  // The files as they are, for what only a conversion asks for; empty objects when they are not
  // there.
  Json file = Json::object();
  Json special_tokens_map = Json::object();
  std::string place;  // of tokenizer_config.json in messages, "DIR/tokenizer_config.json: "
  std::vector<std::filesystem::path> files;  // those that were there (without config.json)

  // Throws kInvalidInput naming the file and the key.
  static TokenizerConfig read(const std::filesystem::path& model_directory);
};

}  // namespace trainer::text
