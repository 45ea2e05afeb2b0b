#include "text/conversion/special_tokens.hpp"

#include <algorithm>

namespace trainer::text {
namespace {

// Where special_tokens_map.json counts at all (files from before added_tokens_decoder) it wins.
const Json* find_value(const TokenizerConfig& config, std::string_view key) {
  const std::string name(key);
  const auto in = [&name](const Json& file) -> const Json* {
    const auto at = file.is_object() ? file.find(name) : file.end();
    return at == file.end() ? nullptr : &*at;
  };
  const bool old = !config.file.contains("added_tokens_decoder");
  const Json* value = old ? in(config.special_tokens_map) : nullptr;
  if (value != nullptr) return value;
  return in(config.file);
}

AddedToken token_of(const Component& value) {
  AddedToken token;
  token.special = true;
  if (value.json.is_string()) {
    token.content = value.json.get<std::string>();
    return token;
  }
  token.content = string_field(value, "content");
  token.single_word = bool_field_or(value, "single_word", false);
  token.lstrip = bool_field_or(value, "lstrip", false);
  token.rstrip = bool_field_or(value, "rstrip", false);
  token.normalized = bool_field_or(value, "normalized", true);
  return token;
}

// The switches that a class gives a token of which only the text is known.
void apply_class(const TokenizerClass& tokenizer_class, std::string_view key, AddedToken& token) {
  if (key == "mask_token" && tokenizer_class.mask != Mask::kPlain) {
    token.lstrip = true;
    token.normalized = tokenizer_class.mask == Mask::kTakesSpaceNormalized;
    return;
  }
  token.normalized = tokenizer_class.looked == Looked::kAllNormalized ||
                     (tokenizer_class.looked == Looked::kUnkNormalized && key == "unk_token");
}

}  // namespace

AddedToken plain_special(std::string content) {
  AddedToken token;
  token.content = std::move(content);
  token.special = true;
  return token;
}

SpecialTokens::SpecialTokens(const TokenizerClass& tokenizer_class, const TokenizerConfig& config)
    : config_(config) {
  for (std::size_t i = 0; i < kSpecialTokenKeys.size(); ++i) {
    const std::string_view key = kSpecialTokenKeys[i];
    const Json* value = find_value(config, key);
    if (value != nullptr && value->is_null()) continue;
    Named named{.key = key, .token = {}, .overrides = false};
    if (value != nullptr) {
      named.token = token_of({*value, config.place + std::string(key)});
      given_.insert(named.token.content);
    } else {
      named.token = plain_special(std::string(tokenizer_class.special_tokens[i]));
    }
    if (named.token.content.empty()) continue;
    if (value == nullptr || value->is_string()) apply_class(tokenizer_class, key, named.token);
    named.overrides =
        (value != nullptr && value->is_object()) || named.token.normalized || named.token.lstrip;
    named_.push_back(std::move(named));
  }
  const Json* list = find_value(config, "additional_special_tokens");
  if (list == nullptr || !list->is_array()) return;
  additional.emplace();
  for (const Json& value : *list) {
    additional->push_back(token_of({value, config.place + "additional_special_tokens"}));
    given_.insert(additional->back().content);
  }
}

const AddedToken* SpecialTokens::find(std::string_view key) const {
  const auto at = std::ranges::find(named_, key, &Named::key);
  return at == named_.end() ? nullptr : &at->token;
}

std::string SpecialTokens::text(std::string_view key) const {
  const AddedToken* token = find(key);
  return token == nullptr ? "" : token->content;
}

std::vector<AddedToken> SpecialTokens::tokens_of_files() const {
  std::unordered_set<std::string> special;
  for (const Named& named : named_) special.insert(named.token.content);
  if (additional) {
    for (const AddedToken& token : *additional) special.insert(token.content);
  }
  std::vector<AddedToken> tokens = config_.added_tokens;
  std::ranges::stable_sort(tokens, {}, &AddedToken::id);
  for (AddedToken& token : tokens) {
    if (config_.added_tokens_are_bare) token.normalized = !given_.contains(token.content);
    token.special = token.special || special.contains(token.content);
  }
  return tokens;
}

void SpecialTokens::add_to(Document& document) const {
  std::unordered_set<std::string> done;
  for (AddedToken& token : tokens_of_files()) {
    done.insert(token.content);
    document.add(std::move(token));
  }
  for (const Named& named : named_) {
    if (!done.insert(named.token.content).second) continue;
    if (named.overrides || document.find_added(named.token.content) == nullptr)
      document.add(named.token);
  }
  if (!additional) return;
  for (const AddedToken& token : *additional) {
    if (!done.insert(token.content).second) continue;
    if (document.find_added(token.content) == nullptr) document.add(token);
  }
}

}  // namespace trainer::text
