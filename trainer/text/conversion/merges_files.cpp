#include <fmt/format.h>

#include "config/error.hpp"
#include "text/conversion/lines.hpp"
#include "text/conversion/recipes.hpp"

namespace trainer::text {
namespace {

using parts::Part;

// The pattern of Qwen2's words.
constexpr std::string_view kQwen2Words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// A line is "left right"; the first may be "#version: 0.2".
std::vector<Merge> read_merges(const std::filesystem::path& file) {
  std::vector<Merge> merges;
  const std::vector<std::string> lines = read_lines(file);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.empty() || line.starts_with("#version")) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: line {} is not two tokens with a space between them",
                              file.string(), i + 1));
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

Document model_document(const Source& source, Json options) {
  ModelTables tables;
  tables.vocabulary = read_vocabulary_json(source.files.at(0));
  tables.merges = read_merges(source.files.at(1));
  options["type"] = "BPE";
  options["dropout"] = nullptr;
  options["byte_fallback"] = false;
  options["ignore_merges"] = false;
  options["fuse_unk"] = false;
  return {std::move(options), std::move(tables), source.files.at(0).string()};
}

bool flag(const Source& source, const char* key) {
  return bool_field_or({source.config.file, source.config.place}, key, false);
}

// [cls, sep] as RobertaProcessing and BertProcessing have them.
Json two_tokens(const char* type, const SpecialTokens& special, const Document& document) {
  const auto pair = [&](std::string_view key) {
    const std::string token = special.text(key);
    return Json::array({token, document.id_of(token)});
  };
  return {{"type", type}, {"sep", pair("sep_token")}, {"cls", pair("cls_token")}};
}

Json byte_level_post_processor(const Source& source, const SpecialTokens& special,
                               const Document& document, bool add_prefix_space) {
  switch (source.tokenizer_class.recipe) {
    case Recipe::kRoberta: {
      Json roberta = two_tokens("RobertaProcessing", special, document);
      roberta["trim_offsets"] = true;
      roberta["add_prefix_space"] = add_prefix_space;
      return roberta;
    }
    case Recipe::kDeberta:
      return parts::template_processing(document, {{"[CLS]"}, {"$A"}, {"[SEP]"}},
                                        {{"[CLS]"}, {"$A"}, {"[SEP]"}, {"$B", 1}, {"[SEP]", 1}});
    case Recipe::kBlenderbot:
      return parts::template_processing(document, {{"$A"}, {special.text("eos_token")}},
                                        {{"$A"}, {"$B", 1}});
    default:
      break;
  }
  if (source.tokenizer_class.recipe == Recipe::kGpt2 && flag(source, "add_bos_token")) {
    const std::string bos = special.text("bos_token");
    return parts::template_processing(document, {{bos}, {"$A"}}, {{bos}, {"$A"}, {"$B", 1}});
  }
  return parts::byte_level(true, false);
}

TokenizerDocument convert_byte_level(const Source& source) {
  Document document = model_document(
      source,
      {{"unk_token", nullptr}, {"continuing_subword_prefix", ""}, {"end_of_word_suffix", ""}});
  const SpecialTokens special(source.tokenizer_class, source.config);
  special.add_to(document);
  const bool prefix = source.config.add_prefix_space.value_or(false);
  if (source.tokenizer_class.recipe == Recipe::kQwen2) {
    document.set("normalizer", parts::named("NFC"));
    const Json split = {{"type", "Split"},
                        {"pattern", {{"Regex", kQwen2Words}}},
                        {"behavior", "Isolated"},
                        {"invert", false}};
    document.set("pre_tokenizer",
                 parts::sequence("pretokenizers",
                                 Json::array({split, parts::byte_level(prefix, true, false)})));
  } else {
    document.set("pre_tokenizer", parts::byte_level(prefix, true));
  }
  document.set("decoder", parts::byte_level(true, true));
  document.set("post_processor", byte_level_post_processor(source, special, document, prefix));
  return std::move(document).finish();
}

std::vector<AddedToken> herbert_tokens() {
  std::vector<AddedToken> tokens;
  for (int i = 0; i < 10; ++i) tokens.push_back(plain_special(fmt::format("<special{}>", i)));
  return tokens;
}

// Words of BERT, whose ends are marked.
TokenizerDocument convert_word_ends(const Source& source) {
  const bool herbert = source.tokenizer_class.recipe == Recipe::kHerbert;
  SpecialTokens special(source.tokenizer_class, source.config);
  if (herbert && !special.additional) special.additional = herbert_tokens();
  Document document = model_document(source, {{"unk_token", special.text("unk_token")},
                                              {"continuing_subword_prefix", nullptr},
                                              {"end_of_word_suffix", "</w>"}});
  special.add_to(document);
  document.set("normalizer", {{"type", "BertNormalizer"},
                              {"clean_text", true},
                              {"handle_chinese_chars", true},
                              {"strip_accents", herbert ? Json(false) : Json()},
                              {"lowercase", !herbert}});
  document.set("pre_tokenizer", parts::named("BertPreTokenizer"));
  document.set("decoder", {{"type", "BPEDecoder"}, {"suffix", "</w>"}});
  if (herbert) document.set("post_processor", two_tokens("BertProcessing", special, document));
  return std::move(document).finish();
}

}  // namespace

TokenizerDocument convert_merges(const Source& source) {
  const Recipe recipe = source.tokenizer_class.recipe;
  return recipe == Recipe::kHerbert || recipe == Recipe::kOpenAiGpt ? convert_word_ends(source)
                                                                    : convert_byte_level(source);
}

}  // namespace trainer::text
