#include "text/tokenizer_config.hpp"

#include <fmt/format.h>

#include <charconv>

#include "config/json.hpp"
#include "text/json_fields.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

// "[CLS]", or {"content": "[CLS]", …}.
std::string token_content(const Component& file, std::string_view key) {
  if (!file.has(key)) return "";
  const Component value = file.at(key);
  return value.json.is_object() ? string_field(value, "content") : string_field(file, key);
}

struct NamedToken {
  std::string_view key;
  std::string TokenizerConfig::*field;
};
constexpr NamedToken kNamedTokens[] = {
    {"bos_token", &TokenizerConfig::bos_token},   {"eos_token", &TokenizerConfig::eos_token},
    {"unk_token", &TokenizerConfig::unk_token},   {"sep_token", &TokenizerConfig::sep_token},
    {"pad_token", &TokenizerConfig::pad_token},   {"cls_token", &TokenizerConfig::cls_token},
    {"mask_token", &TokenizerConfig::mask_token},
};

void read_named_tokens(const Component& file, TokenizerConfig& config) {
  for (const NamedToken& token : kNamedTokens) {
    if (const std::string content = token_content(file, token.key); !content.empty())
      config.*token.field = content;
  }
}

void read_added_tokens_decoder(const Component& decoder, TokenizerConfig& config) {
  if (!decoder.json.is_object()) throw_invalid(decoder, "is not an object");
  for (const auto& [id_text, value] : decoder.json.items()) {
    const Component entry{value, decoder.place + "." + id_text};
    AddedToken token;
    const auto [end, error] =
        std::from_chars(id_text.data(), id_text.data() + id_text.size(), token.id);
    if (error != std::errc() || end != id_text.data() + id_text.size() || token.id < 0) {
      throw_invalid(entry, "is not under an id");
    }
    token.content = string_field(entry, "content");
    token.single_word = bool_field_or(entry, "single_word", false);
    token.lstrip = bool_field_or(entry, "lstrip", false);
    token.rstrip = bool_field_or(entry, "rstrip", false);
    token.special = bool_field_or(entry, "special", false);
    token.normalized = bool_field_or(entry, "normalized", !token.special);
    config.added_tokens.push_back(std::move(token));
  }
}

std::optional<bool> optional_left(const Component& file, std::string_view key) {
  if (!file.has(key)) return std::nullopt;
  const std::string side = string_field(file, key);
  if (side != "left" && side != "right")
    throw_invalid(file, fmt::format("'{}' is '{}', neither left nor right", key, side));
  return side == "left";
}

void read_tokenizer_config(const Component& file, TokenizerConfig& config) {
  config.file = file.json;
  config.tokenizer_class = string_field_or(file, "tokenizer_class", "");
  if (config.tokenizer_class.ends_with("Fast") &&
      config.tokenizer_class != "PreTrainedTokenizerFast") {
    config.tokenizer_class.resize(config.tokenizer_class.size() - 4);
  }
  // "No limit" is written as 10^30.
  constexpr double kNoLimit = 1e9;
  if (file.has("model_max_length") && file.at("model_max_length").json.is_number()) {
    const double length = file.at("model_max_length").json.get<double>();
    if (length >= 1 && length < kNoLimit)
      config.model_max_length = static_cast<std::size_t>(length);
  }
  config.do_lower_case = optional_bool(file, "do_lower_case");
  config.strip_accents = optional_bool(file, "strip_accents");
  config.tokenize_chinese_chars = optional_bool(file, "tokenize_chinese_chars");
  config.add_prefix_space = optional_bool(file, "add_prefix_space");
  config.truncate_left = optional_left(file, "truncation_side");
  config.pad_left = optional_left(file, "padding_side");
  if (file.has("pad_token_type_id")) config.pad_token_type_id = id_field(file, "pad_token_type_id");
  config.split_special_tokens = bool_field_or(file, "split_special_tokens", false);
  if (file.has("model_input_names")) {
    const Component names = file.at("model_input_names");
    config.model_input_names.emplace();
    for (const Json& name : names.json) {
      if (!name.is_string()) throw_invalid(names, "is not an array of strings");
      config.model_input_names->push_back(name.get<std::string>());
    }
  }
  read_named_tokens(file, config);
  if (file.has("added_tokens_decoder"))
    read_added_tokens_decoder(file.at("added_tokens_decoder"), config);
}

void read_added_tokens_file(const Component& file, TokenizerConfig& config) {
  if (config.file.contains("added_tokens_decoder")) return;
  config.added_tokens_are_bare = true;
  for (const auto& [content, id] : file.json.items()) {
    AddedToken token;
    token.id = id_value({id, file.place + ": " + content});
    token.content = content;
    token.normalized = true;
    config.added_tokens.push_back(std::move(token));
  }
}

template <typename Read>
void read_if_there(const path& file, std::vector<path>& files, Read&& read) {
  if (!std::filesystem::exists(file)) return;
  const config::JsonObject object = config::JsonObject::read(file);
  read(Component{object.json(), file.string()});
  files.push_back(file);
}

}  // namespace

TokenizerConfig TokenizerConfig::read(const path& directory) {
  TokenizerConfig config;
  config.place = (directory / "tokenizer_config.json").string() + ": ";
  std::vector<path> not_ours;
  read_if_there(directory / "special_tokens_map.json", config.files, [&](const Component& file) {
    read_named_tokens(file, config);
    config.special_tokens_map = file.json;
  });
  read_if_there(directory / "tokenizer_config.json", config.files,
                [&](const Component& file) { read_tokenizer_config(file, config); });
  read_if_there(directory / "added_tokens.json", config.files,
                [&](const Component& file) { read_added_tokens_file(file, config); });
  read_if_there(directory / "config.json", not_ours, [&](const Component& file) {
    config.model_type = string_field_or(file, "model_type", "");
    if (config.tokenizer_class.empty())
      config.tokenizer_class = string_field_or(file, "tokenizer_class", "");
  });
  return config;
}

}  // namespace trainer::text
