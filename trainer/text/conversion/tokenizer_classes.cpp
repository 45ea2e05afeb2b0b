#include "text/conversion/tokenizer_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/error.hpp"

namespace trainer::text {
namespace {

using ClassTokens = std::array<std::string_view, 7>;

constexpr ClassTokens kBertTokens = {"", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"};
constexpr ClassTokens kRobertaTokens = {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"};
constexpr ClassTokens kAlbertTokens = {"[CLS]", "[SEP]", "<unk>", "[SEP]",
                                       "<pad>", "[CLS]", "[MASK]"};
constexpr ClassTokens kGpt2Tokens = {
    "<|endoftext|>", "<|endoftext|>", "<|endoftext|>", "", "", "", ""};

// Taken from the classes' own constructors in transformers 4.57.
constexpr TokenizerClass kClasses[] = {
    {"BertTokenizer", Recipe::kBert, kBertTokens},
    {"DistilBertTokenizer", Recipe::kBert, kBertTokens},
    {"ElectraTokenizer", Recipe::kBert, kBertTokens},
    {"MobileBertTokenizer", Recipe::kBert, kBertTokens},
    {"ConvBertTokenizer", Recipe::kBert, kBertTokens},
    {"SqueezeBertTokenizer", Recipe::kBert, kBertTokens},
    {"LayoutLMTokenizer", Recipe::kBert, kBertTokens},
    {"LxmertTokenizer", Recipe::kBert, kBertTokens},
    {"RetriBertTokenizer", Recipe::kBert, kBertTokens},
    {"RealmTokenizer", Recipe::kBert, kBertTokens},
    {"FunnelTokenizer",
     Recipe::kFunnel,
     {"<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>"}},
    {"MPNetTokenizer",
     Recipe::kMpnet,
     {"<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>"},
     Looked::kRaw,
     Mask::kTakesSpace},
    {"RobertaTokenizer", Recipe::kRoberta, kRobertaTokens, Looked::kAllNormalized,
     Mask::kTakesSpace},
    {"LongformerTokenizer", Recipe::kRoberta, kRobertaTokens, Looked::kAllNormalized,
     Mask::kTakesSpace},
    {"BartTokenizer", Recipe::kRoberta, kRobertaTokens, Looked::kAllNormalized,
     Mask::kTakesSpaceNormalized},
    {"LEDTokenizer", Recipe::kRoberta, kRobertaTokens, Looked::kAllNormalized,
     Mask::kTakesSpaceNormalized},
    {"MvpTokenizer", Recipe::kRoberta, kRobertaTokens, Looked::kRaw, Mask::kTakesSpace},
    {"GPT2Tokenizer", Recipe::kGpt2, kGpt2Tokens, Looked::kAllNormalized},
    {"CodeGenTokenizer", Recipe::kGpt2, kGpt2Tokens},
    {"Qwen2Tokenizer",
     Recipe::kQwen2,
     {"", "<|endoftext|>", "<|endoftext|>", "", "<|endoftext|>", "", ""}},
    {"DebertaTokenizer",
     Recipe::kDeberta,
     {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"},
     Looked::kRaw,
     Mask::kTakesSpaceNormalized},
    {"BlenderbotTokenizer", Recipe::kBlenderbot, kRobertaTokens, Looked::kAllNormalized,
     Mask::kTakesSpace},
    {"HerbertTokenizer", Recipe::kHerbert, {"<s>", "", "<unk>", "</s>", "<pad>", "<s>", "<mask>"}},
    {"OpenAIGPTTokenizer", Recipe::kOpenAiGpt, {"", "", "<unk>", "", "", "", ""}},
    {"XLMRobertaTokenizer", Recipe::kXlmRoberta, kRobertaTokens, Looked::kRaw, Mask::kTakesSpace},
    {"CamembertTokenizer", Recipe::kCamembert, kRobertaTokens, Looked::kRaw, Mask::kTakesSpace},
    {"BarthezTokenizer", Recipe::kBarthez, kRobertaTokens, Looked::kRaw, Mask::kTakesSpace},
    {"MBartTokenizer", Recipe::kMbart, kRobertaTokens, Looked::kRaw, Mask::kTakesSpace},
    {"MBart50Tokenizer",
     Recipe::kMbart50,
     {"", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"},
     Looked::kRaw,
     Mask::kTakesSpaceNormalized},
    {"NllbTokenizer", Recipe::kNllb, kRobertaTokens, Looked::kRaw, Mask::kTakesSpaceNormalized},
    {"XGLMTokenizer", Recipe::kXglm, {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", ""}},
    {"AlbertTokenizer", Recipe::kAlbert, kAlbertTokens, Looked::kRaw, Mask::kTakesSpace},
    {"FNetTokenizer",
     Recipe::kAlbert,
     {"", "", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"},
     Looked::kRaw,
     Mask::kTakesSpace,
     false,
     true},
    {"XLNetTokenizer",
     Recipe::kXlnet,
     {"<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>"},
     Looked::kRaw,
     Mask::kTakesSpace,
     false},
    {"DebertaV2Tokenizer",
     Recipe::kDebertaV2,
     {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"},
     Looked::kUnkNormalized,
     Mask::kPlain,
     false},
    {"RemBertTokenizer",
     Recipe::kRemBert,
     {"[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"},
     Looked::kRaw,
     Mask::kTakesSpaceNormalized,
     false,
     true},
    {"BigBirdTokenizer",
     Recipe::kBigBird,
     {"<s>", "</s>", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"},
     Looked::kAllNormalized,
     Mask::kTakesSpaceNormalized},
    {"PegasusTokenizer", Recipe::kPegasus, {"", "</s>", "<unk>", "", "<pad>", "", "<mask_2>"}},
    {"T5Tokenizer", Recipe::kT5, {"", "</s>", "<unk>", "", "<pad>", "", ""}},
    {"MT5Tokenizer", Recipe::kT5, {"", "</s>", "<unk>", "", "<pad>", "", ""}},
    {"ReformerTokenizer", Recipe::kPlain, {"", "</s>", "<unk>", "", "", "", ""}},
    {"LlamaTokenizer", Recipe::kLlama, {"<s>", "</s>", "<unk>", "", "", "", ""}},
    {"GemmaTokenizer", Recipe::kGemma, {"<bos>", "<eos>", "<unk>", "", "<pad>", "", ""}},
};

// Those whose model_input_names hold token_type_ids; all others, and a class that says nothing,
// give none.
constexpr std::string_view kWithTokenTypes[] = {
    "BertTokenizer",        "ElectraTokenizer",  "MobileBertTokenizer", "ConvBertTokenizer",
    "SqueezeBertTokenizer", "LayoutLMTokenizer", "LxmertTokenizer",     "RetriBertTokenizer",
    "RealmTokenizer",       "DebertaTokenizer",  "DebertaV2Tokenizer",  "FNetTokenizer"};

struct ModelType {
  std::string_view model_type;
  std::string_view tokenizer_class;
};
// Only those whose model has a text classifier.
constexpr ModelType kModelTypes[] = {
    {"xlm", "XLMTokenizer"},  // these two to say why they are not supported
    {"flaubert", "FlaubertTokenizer"},
    {"bert", "BertTokenizer"},
    {"megatron-bert", "BertTokenizer"},
    {"ernie", "BertTokenizer"},
    {"nezha", "BertTokenizer"},
    {"distilbert", "DistilBertTokenizer"},
    {"electra", "ElectraTokenizer"},
    {"mobilebert", "MobileBertTokenizer"},
    {"convbert", "ConvBertTokenizer"},
    {"squeezebert", "SqueezeBertTokenizer"},
    {"layoutlm", "LayoutLMTokenizer"},
    {"lxmert", "LxmertTokenizer"},
    {"retribert", "RetriBertTokenizer"},
    {"funnel", "FunnelTokenizer"},
    {"mpnet", "MPNetTokenizer"},
    {"roberta", "RobertaTokenizer"},
    {"roberta-prelayernorm", "RobertaTokenizer"},
    {"data2vec-text", "RobertaTokenizer"},
    {"ibert", "RobertaTokenizer"},
    {"mra", "RobertaTokenizer"},
    {"yoso", "AlbertTokenizer"},
    {"bart", "BartTokenizer"},
    {"longformer", "LongformerTokenizer"},
    {"led", "LEDTokenizer"},
    {"mvp", "MvpTokenizer"},
    {"gpt2", "GPT2Tokenizer"},
    {"gpt_neo", "GPT2Tokenizer"},
    {"gptj", "GPT2Tokenizer"},
    {"gpt_bigcode", "GPT2Tokenizer"},
    {"opt", "GPT2Tokenizer"},
    {"phi", "CodeGenTokenizer"},
    {"qwen2", "Qwen2Tokenizer"},
    {"qwen2_moe", "Qwen2Tokenizer"},
    {"qwen3", "Qwen2Tokenizer"},
    {"qwen3_moe", "Qwen2Tokenizer"},
    {"deberta", "DebertaTokenizer"},
    {"blenderbot", "BlenderbotTokenizer"},
    {"openai-gpt", "OpenAIGPTTokenizer"},
    {"xlm-roberta", "XLMRobertaTokenizer"},
    {"xlm-roberta-xl", "XLMRobertaTokenizer"},
    {"xmod", "XLMRobertaTokenizer"},
    {"camembert", "CamembertTokenizer"},
    {"mbart", "MBartTokenizer"},
    {"nllb-moe", "NllbTokenizer"},
    {"xglm", "XGLMTokenizer"},
    {"albert", "AlbertTokenizer"},
    {"nystromformer", "AlbertTokenizer"},
    {"fnet", "FNetTokenizer"},
    {"xlnet", "XLNetTokenizer"},
    {"deberta-v2", "DebertaV2Tokenizer"},
    {"rembert", "RemBertTokenizer"},
    {"big_bird", "BigBirdTokenizer"},
    {"bigbird_pegasus", "PegasusTokenizer"},
    {"pegasus", "PegasusTokenizer"},
    {"t5", "T5Tokenizer"},
    {"mt5", "T5Tokenizer"},
    {"umt5", "T5Tokenizer"},
    {"longt5", "T5Tokenizer"},
    {"switch_transformers", "T5Tokenizer"},
    {"reformer", "ReformerTokenizer"},
    {"llama", "LlamaTokenizer"},
    {"mistral", "LlamaTokenizer"},
    {"mixtral", "LlamaTokenizer"},
    {"phi3", "LlamaTokenizer"},
    {"persimmon", "LlamaTokenizer"},
    {"gemma", "GemmaTokenizer"},
    {"gemma2", "GemmaTokenizer"},
    {"gemma3", "GemmaTokenizer"},
    {"gemma3_text", "GemmaTokenizer"},
};

const TokenizerClass* find_class(std::string_view name) {
  const auto* at = std::ranges::find(kClasses, name, &TokenizerClass::name);
  return at == std::end(kClasses) ? nullptr : at;
}

std::string_view class_of_model(std::string_view model_type) {
  const auto* at = std::ranges::find(kModelTypes, model_type, &ModelType::model_type);
  return at == std::end(kModelTypes) ? "" : at->tokenizer_class;
}

// Why a class cannot be had without a tokenizer.json, where the reason is known.
std::string_view reason(std::string_view name) {
  if (name == "XLMTokenizer" || name == "FlaubertTokenizer")
    return "its rules are those of Moses, which only exist in Python";
  if (name == "RoFormerTokenizer") return "it cuts words with jieba";
  if (name.find("Japanese") != std::string_view::npos) return "it cuts words with MeCab";
  return "its files are not known here";
}

}  // namespace

const TokenizerClass& class_of_name(std::string_view name) {
  const TokenizerClass* found = find_class(name);
  if (found == nullptr)
    throw Error(ErrorCode::kInternal, fmt::format("no tokenizer class {}", name));
  return *found;
}

std::optional<bool> named_token_types(const TokenizerConfig& config) {
  if (config.model_input_names)
    return std::ranges::count(*config.model_input_names, "token_type_ids") > 0;
  if (config.tokenizer_class.empty() && config.model_type.empty()) return std::nullopt;
  const std::string_view name =
      config.tokenizer_class.empty() ? class_of_model(config.model_type) : config.tokenizer_class;
  return std::ranges::count(kWithTokenTypes, name) > 0;
}

const TokenizerClass* named_class(const TokenizerConfig& config, const std::string& directory) {
  // A class that says nothing leaves the word to the model's type.
  const bool generic = config.tokenizer_class.empty() ||
                       config.tokenizer_class.starts_with("PreTrainedTokenizer") ||
                       config.tokenizer_class == "TokenizersBackend";
  if (generic && config.model_type.empty()) return nullptr;
  const std::string name(generic ? class_of_model(config.model_type) : config.tokenizer_class);
  if (const TokenizerClass* found = find_class(name)) return found;
  const std::string what = name.empty() ? fmt::format("model type '{}'", config.model_type)
                                        : fmt::format("tokenizer class '{}'", name);
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: has no tokenizer.json, and one cannot be made for the {}: {}; save "
                          "the model with a tokenizer.json",
                          directory, what, reason(name)));
}

}  // namespace trainer::text
