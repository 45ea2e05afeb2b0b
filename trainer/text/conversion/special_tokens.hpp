#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "text/conversion/document.hpp"
#include "text/conversion/tokenizer_classes.hpp"

// The special tokens of a model without a tokenizer.json: what tokenizer_config.json,
// special_tokens_map.json and added_tokens.json say, else what the class takes for granted; added
// in the order, and with the switches, in which `transformers` does.
namespace trainer::text {

class SpecialTokens {
 public:
  // Throws kInvalidInput for a token that is neither a text nor an object with one.
  SpecialTokens(const TokenizerClass& tokenizer_class, const TokenizerConfig& config);

  // By its key, "cls_token"; nullptr when there is none.
  const AddedToken* find(std::string_view key) const;
  // Its text; "" when there is none.
  std::string text(std::string_view key) const;
  // additional_special_tokens; nullopt when the files do not name any. May be replaced.
  std::optional<std::vector<AddedToken>> additional;

  // Adds the tokens of the files (added_tokens_decoder, added_tokens.json), then those above.
  void add_to(Document& document) const;

 private:
  struct Named {
    std::string_view key;
    AddedToken token;
    // Whether its switches count when a token of that text is there already.
    bool overrides = false;
  };

  std::vector<AddedToken> tokens_of_files() const;

  const TokenizerConfig& config_;
  std::vector<Named> named_;
  std::unordered_set<std::string> given_;  // texts that the files name, for added_tokens.json
};

// A special token that is looked for in the raw text.
AddedToken plain_special(std::string content);

}  // namespace trainer::text
