#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "text/tokenizer_config.hpp"

// What `transformers` knows about a tokenizer by its class: whether it gives token types, and, for
// a model that comes without a tokenizer.json, what the class takes for granted.
namespace trainer::text {

// Which files a class reads, and how its pipeline is put together.
enum class Recipe {
  kBert,     // vocab.txt
  kFunnel,   // vocab.txt; [CLS] has token type 2
  kMpnet,    // vocab.txt; two separators between the texts of a pair
  kRoberta,  // vocab.json and merges.txt, as all up to kOpenAiGpt
  kGpt2,
  kDeberta,
  kBlenderbot,
  kQwen2,
  kHerbert,
  kOpenAiGpt,
  kXlmRoberta,  // a sentencepiece model, as all from here on
  kCamembert,
  kBarthez,
  kMbart,
  kMbart50,
  kNllb,
  kXglm,
  kAlbert,
  kXlnet,
  kDebertaV2,
  kRemBert,
  kBigBird,
  kPegasus,
  kT5,
  kPlain,  // nothing but the model
  kLlama,
  kGemma,
};

// The keys of special tokens in tokenizer_config.json, in the order in which those that are not in
// the vocabulary get their ids.
inline constexpr std::array<std::string_view, 7> kSpecialTokenKeys = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

// How a class adds its special tokens, where the files do not say: an added token is looked for in
// the text as it is, or, if `normalized`, after the normalizer.
enum class Looked { kRaw, kUnkNormalized, kAllNormalized };
enum class Mask { kPlain, kTakesSpace, kTakesSpaceNormalized };

struct TokenizerClass {
  std::string_view name;
  Recipe recipe;
  // As kSpecialTokenKeys; "" where the class has none.
  std::array<std::string_view, 7> special_tokens;
  Looked looked = Looked::kRaw;
  Mask mask = Mask::kPlain;
  bool lower_case = true;     // do_lower_case, where the files do not say
  bool keep_accents = false;  // keep_accents, likewise

  bool reads_word_list() const noexcept { return recipe <= Recipe::kMpnet; }
  bool reads_merges() const noexcept {
    return recipe > Recipe::kMpnet && recipe <= Recipe::kOpenAiGpt;
  }
};

// The class that the files name: tokenizer_class, else that of the model_type. nullptr when they
// name none. Throws kUnsupported, naming it, for one that is not in the table; `directory` is for
// the message.
const TokenizerClass* named_class(const TokenizerConfig& config, const std::string& directory);

// Whether the model is given token types: as model_input_names says, else as the named class does
// in transformers 5.23, else that of the model_type. nullopt when the files say none of these.
std::optional<bool> named_token_types(const TokenizerConfig& config);

// One that is in the table.
const TokenizerClass& class_of_name(std::string_view name);

}  // namespace trainer::text
