#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "text/json_fields.hpp"
#include "text/loaders.hpp"

namespace trainer::text {
namespace {

void set_if(Json& component, const char* key, const std::optional<bool>& value) {
  if (value) component[key] = *value;
}

std::unique_ptr<Normalizer> load_switched_normalizer(const Component& normalizer,
                                                     const TokenizerConfig& config) {
  if (normalizer.type() != "BertNormalizer") return load_normalizer(normalizer);
  Json switched = normalizer.json;
  set_if(switched, "lowercase", config.do_lower_case);
  set_if(switched, "strip_accents", config.strip_accents);
  set_if(switched, "handle_chinese_chars", config.tokenize_chinese_chars);
  return load_normalizer({switched, normalizer.place});
}

// The library merges bytes as characters of GPT-2's alphabet. Where nothing but BPE sees those
// characters they need not be written: the words are bytes, and so are the model's tokens.
WordUnit word_unit(const Component& root) {
  if (!root.has("pre_tokenizer") || !ends_with_byte_level(root.at("pre_tokenizer")))
    return WordUnit::kCharacters;
  const Component model = root.at("model");
  const bool bpe = model.has("type") ? model.type() == "BPE" : model.has("merges");
  const auto decorated = [&model](const char* key) {
    return model.has(key) && model.json[key] != "";
  };
  const bool plain = bpe && !decorated("continuing_subword_prefix") &&
                     !decorated("end_of_word_suffix") &&
                     !bool_field_or(model, "byte_fallback", false);
  return plain ? WordUnit::kBytes : WordUnit::kCharacters;
}

std::unique_ptr<PreTokenizer> load_switched_pre_tokenizer(const Component& pre_tokenizer,
                                                          const TokenizerConfig& config,
                                                          WordUnit unit) {
  if (pre_tokenizer.type() != "ByteLevel") return load_pre_tokenizer(pre_tokenizer, unit);
  Json switched = pre_tokenizer.json;
  set_if(switched, "add_prefix_space", config.add_prefix_space);
  return load_pre_tokenizer({switched, pre_tokenizer.place}, unit);
}

AddedToken load_added_token(const Component& component) {
  AddedToken token;
  token.id = id_field(component, "id");
  token.content = string_field(component, "content");
  token.single_word = bool_field_or(component, "single_word", false);
  token.lstrip = bool_field_or(component, "lstrip", false);
  token.rstrip = bool_field_or(component, "rstrip", false);
  token.special = bool_field_or(component, "special", false);
  token.normalized = bool_field_or(component, "normalized", !token.special);
  return token;
}

// A token of the model's vocabulary keeps its id there, whatever the list says; others are numbered
// from the end of the vocabulary on, as the library does it.
void load_added_tokens(const Component& list, Stages& stages) {
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  auto next_id = static_cast<std::int32_t>(stages.model->vocab_size());
  std::unordered_map<std::string, std::size_t> index;  // in stages.added_tokens
  for (std::size_t i = 0; i < list.json.size(); ++i) {
    AddedToken token = load_added_token(list.element(i));
    if (token.content.empty()) continue;
    const auto known = index.find(token.content);
    if (known != index.end()) {
      token.id = stages.added_tokens[known->second].id;
      stages.added_tokens[known->second] = std::move(token);
      continue;
    }
    const std::optional<std::int32_t> id = stages.model->id_of(token.content);
    token.id = id ? *id : next_id++;
    index.emplace(token.content, stages.added_tokens.size());
    stages.added_tokens.push_back(std::move(token));
  }
}

void load_padding(const Component& padding, Stages& stages) {
  stages.padding.id = id_field(padding, "pad_id");
  if (padding.has("pad_type_id")) stages.padding.type_id = id_field(padding, "pad_type_id");
  if (string_field_or(padding, "direction", "Right") == "Left") stages.padding.side = Side::kLeft;
}

}  // namespace

Stages load_document(const TokenizerDocument& document, const TokenizerConfig& config) {
  const Component root{document.json, document.place + ":"};
  const auto part = [&](std::string_view key) {
    Component component = root.at(key);
    component.place = fmt::format("{} {}", root.place, key);
    return component;
  };
  Stages stages;
  if (root.has("normalizer"))
    stages.normalizer = load_switched_normalizer(part("normalizer"), config);
  const WordUnit unit = word_unit(root);
  if (root.has("pre_tokenizer"))
    stages.pre_tokenizer = load_switched_pre_tokenizer(part("pre_tokenizer"), config, unit);
  stages.model = load_model(part("model"), document.tables, unit);
  if (root.has("post_processor"))
    stages.post_processor = load_post_processor(part("post_processor"));
  if (root.has("decoder")) stages.decoder = load_decoder(part("decoder"));
  if (root.has("added_tokens")) load_added_tokens(part("added_tokens"), stages);
  if (root.has("truncation")) {
    const std::string direction = string_field_or(part("truncation"), "direction", "Right");
    stages.truncation_side = direction == "Left" ? Side::kLeft : Side::kRight;
  }
  if (root.has("padding")) load_padding(part("padding"), stages);
  return stages;
}

void add_configured_tokens(const TokenizerConfig& config, Stages& stages) {
  for (const AddedToken& token : config.added_tokens) {
    const auto same = [&token](const AddedToken& other) { return other.content == token.content; };
    if (std::any_of(stages.added_tokens.begin(), stages.added_tokens.end(), same)) continue;
    stages.added_tokens.push_back(token);
    if (const auto id = stages.model->id_of(token.content)) stages.added_tokens.back().id = *id;
  }
}

}  // namespace trainer::text
