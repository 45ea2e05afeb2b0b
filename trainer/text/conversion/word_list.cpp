#include "text/conversion/lines.hpp"
#include "text/conversion/recipes.hpp"

namespace trainer::text {
namespace {

Json optional_json(const std::optional<bool>& value) { return value ? Json(*value) : Json(); }

Json bert_normalizer(const TokenizerConfig& config) {
  return {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", config.tokenize_chinese_chars.value_or(true)},
          {"strip_accents", optional_json(config.strip_accents)},
          {"lowercase", config.do_lower_case.value_or(true)}};
}

}  // namespace

TokenizerDocument convert_word_list(const Source& source) {
  const std::filesystem::path& file = source.files.front();
  const SpecialTokens special(source.tokenizer_class, source.config);
  ModelTables tables;
  std::int32_t next = 0;
  for (std::string& line : read_lines(file)) tables.vocabulary.push_back({std::move(line), next++});
  Document document({{"type", "WordPiece"},
                     {"unk_token", special.text("unk_token")},
                     {"continuing_subword_prefix", "##"},
                     {"max_input_chars_per_word", 100}},
                    std::move(tables), file.string());
  special.add_to(document);
  document.set("normalizer", bert_normalizer(source.config));
  document.set("pre_tokenizer", parts::named("BertPreTokenizer"));
  document.set("decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}});
  const std::string cls = special.text("cls_token");
  const std::string sep = special.text("sep_token");
  const std::int32_t cls_type = source.tokenizer_class.recipe == Recipe::kFunnel ? 2 : 0;
  std::vector<parts::Part> pair = {{cls, cls_type}, {"$A"}, {sep}};
  if (source.tokenizer_class.recipe == Recipe::kMpnet) pair.push_back({sep});
  pair.push_back({"$B", 1});
  pair.push_back({sep, 1});
  document.set("post_processor",
               parts::template_processing(document, {{cls, cls_type}, {"$A"}, {sep}}, pair));
  return std::move(document).finish();
}

}  // namespace trainer::text
