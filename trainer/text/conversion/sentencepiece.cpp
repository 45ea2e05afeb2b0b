#include <fmt/format.h>

#include "config/error.hpp"
#include "text/conversion/recipes.hpp"
#include "text/conversion/sentencepiece_layout.hpp"

namespace trainer::text {
namespace {

using parts::Part;
using Parts = std::vector<Part>;

bool option(const Source& source, const char* key, bool fallback) {
  return bool_field_or({source.config.file, source.config.place}, key, fallback);
}

bool falls_back_to_bytes(Recipe recipe) {
  return recipe == Recipe::kLlama || recipe == Recipe::kGemma;
}

// T5 and Llama before transformers 4.31 put a space before every piece of text between special
// tokens; they still do unless `legacy` is false.
bool is_legacy(const Source& source) { return option(source, "legacy", true); }

bool adds_prefix_space(const Source& source) {
  return source.config.add_prefix_space.value_or(true);
}

std::string_view prepend_scheme(const Source& source) {
  const Recipe recipe = source.tokenizer_class.recipe;
  if (recipe != Recipe::kT5 && recipe != Recipe::kLlama) return "always";
  if (!adds_prefix_space(source)) return "never";
  return is_legacy(source) ? "always" : "first";
}

Json unigram(Layout layout, bool byte_fallback, ModelTables& tables) {
  tables.pieces = std::move(layout.pieces);
  return {{"type", "Unigram"}, {"unk_id", layout.unk_id}, {"byte_fallback", byte_fallback}};
}

Json bpe(const SentencePieceModel& model, const Layout& layout, Recipe recipe,
         ModelTables& tables) {
  std::unordered_map<std::string_view, std::int32_t> ids;
  for (std::size_t i = 0; i < model.pieces.size(); ++i)
    ids[model.pieces[i].text] = static_cast<std::int32_t>(i);
  if (recipe == Recipe::kGemma && !ids.contains("\t")) {
    if (const auto byte = ids.find("<0x09>"); byte != ids.end()) ids.emplace("\t", byte->second);
  }
  for (const auto& [left, right] : merges_of_pieces(layout.pieces, ids))
    tables.merges.emplace_back(left, right);
  for (std::size_t i = 0; i < layout.pieces.size(); ++i)
    tables.vocabulary.push_back({layout.pieces[i].token, static_cast<std::int32_t>(i)});
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", model.unk_piece},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", true},
          {"byte_fallback", falls_back_to_bytes(recipe)},
          {"ignore_merges", false}};
}

Document model_document(const Source& source, const SentencePieceModel& model, Layout layout) {
  const Recipe recipe = source.tokenizer_class.recipe;
  std::string place = source.files.front().string();
  ModelTables tables;
  Json json;
  switch (model.algorithm) {
    case SentencePieceModel::Algorithm::kUnigram:
      json = unigram(std::move(layout), falls_back_to_bytes(recipe), tables);
      break;
    case SentencePieceModel::Algorithm::kBpe:
      json = bpe(model, layout, recipe, tables);
      break;
    default:
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("{}: is a sentencepiece model of words or characters (supported: "
                              "unigram, bpe)",
                              place));
  }
  return {std::move(json), std::move(tables), std::move(place)};
}

// Control pieces are special tokens, user-defined ones are tokens; both are cut out of the text.
void add_pieces(const Source& source, const SentencePieceModel& model, Document& document) {
  const bool gemma = source.tokenizer_class.recipe == Recipe::kGemma;
  for (const SentencePieceModel::Piece& piece : model.pieces) {
    const bool control = piece.type == SentencePieceModel::Type::kControl;
    if (!control && piece.type != SentencePieceModel::Type::kUserDefined) continue;
    AddedToken token = plain_special(piece.text);
    token.special =
        control || (gemma && (piece.text == "<start_of_turn>" || piece.text == "<end_of_turn>"));
    document.add(std::move(token));
  }
}

// ``quotes'', accents and case, as ALBERT, XLNet and RemBERT have them.
Json quotes_and_accents(const Source& source, const std::string& charsmap) {
  const TokenizerClass& c = source.tokenizer_class;
  const Json spaces = parts::replace_pattern(" {2,}", " ");
  const bool spaces_first = c.recipe == Recipe::kRemBert;
  Json list = Json::array({parts::replace("``", "\""), parts::replace("''", "\"")});
  if (spaces_first) list.push_back(spaces);
  if (!option(source, "keep_accents", c.keep_accents)) {
    list.push_back(parts::named("NFKD"));
    list.push_back(parts::named("StripAccents"));
  }
  if (source.config.do_lower_case.value_or(c.lower_case)) list.push_back(parts::named("Lowercase"));
  if (!charsmap.empty()) list.push_back(parts::precompiled(charsmap));
  if (!spaces_first) list.push_back(spaces);
  return parts::sequence("normalizers", std::move(list));
}

Json normalizer(const Source& source, const std::string& charsmap) {
  Json list = Json::array();
  switch (source.tokenizer_class.recipe) {
    case Recipe::kAlbert:
    case Recipe::kXlnet:
    case Recipe::kRemBert:
      return quotes_and_accents(source, charsmap);
    case Recipe::kGemma:
      return parts::replace(" ", "\u2581");
    case Recipe::kLlama:
      if (!is_legacy(source)) return nullptr;
      if (adds_prefix_space(source)) list.push_back({{"type", "Prepend"}, {"prepend", "\u2581"}});
      list.push_back(parts::replace(" ", "\u2581"));
      return parts::sequence("normalizers", std::move(list));
    case Recipe::kDebertaV2:
      if (source.config.do_lower_case.value_or(false)) list.push_back(parts::named("Lowercase"));
      list.push_back(parts::strip(true, true));
      if (!charsmap.empty()) list.push_back(parts::precompiled(charsmap));
      list.push_back(parts::replace_pattern(" {2,}", " "));
      return parts::sequence("normalizers", std::move(list));
    default:
      if (!charsmap.empty()) list.push_back(parts::precompiled(charsmap));
      list.push_back(parts::strip(false, true));
      list.push_back(parts::replace_pattern(" {2,}", "\u2581"));
      return parts::sequence("normalizers", std::move(list));
  }
}

Json pre_tokenizer(const Source& source) {
  const std::string_view scheme = prepend_scheme(source);
  Json list = Json::array();
  switch (source.tokenizer_class.recipe) {
    case Recipe::kGemma:
      return {{"type", "Split"},
              {"pattern", {{"String", " "}}},
              {"behavior", "MergedWithPrevious"},
              {"invert", false}};
    case Recipe::kLlama:
      return is_legacy(source) ? Json() : parts::metaspace(scheme, false);
    case Recipe::kPegasus:
      return parts::sequence("pretokenizers", Json::array({parts::named("WhitespaceSplit"),
                                                           parts::metaspace(scheme)}));
    case Recipe::kDebertaV2:
      if (option(source, "split_by_punct", false))
        list.push_back({{"type", "Punctuation"}, {"behavior", "Isolated"}});
      list.push_back(parts::metaspace(scheme));
      return parts::sequence("pretokenizers", std::move(list));
    default:
      return parts::metaspace(scheme);
  }
}

Json decoder(const Source& source) {
  if (!falls_back_to_bytes(source.tokenizer_class.recipe))
    return parts::metaspace(prepend_scheme(source));
  Json list = Json::array(
      {parts::replace("\u2581", " "), parts::named("ByteFallback"), parts::named("Fuse")});
  if (source.tokenizer_class.recipe == Recipe::kLlama && adds_prefix_space(source))
    list.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return parts::sequence("decoders", std::move(list));
}

// <s> and </s> as add_bos_token and add_eos_token say.
Json llama_post_processor(const Source& source, const SpecialTokens& special,
                          const Document& document) {
  const bool add_bos = option(source, "add_bos_token", true);
  const bool add_eos = option(source, "add_eos_token", false);
  Parts single, pair;
  for (const std::int32_t type : {0, 1}) {
    if (add_bos) pair.push_back({special.text("bos_token"), type});
    pair.push_back({type == 0 ? "$A" : "$B", type});
    if (add_eos) pair.push_back({special.text("eos_token"), type});
    if (type == 0) single = pair;
  }
  return parts::template_processing(document, single, pair);
}

// Translation models name the language of the text, before it or behind it.
Json language_post_processor(const Source& source, const SpecialTokens& special,
                             const Document& document) {
  const Recipe recipe = source.tokenizer_class.recipe;
  const char* fallback = recipe == Recipe::kNllb ? "eng_Latn" : "en_XX";
  const std::string language =
      string_field_or({source.config.file, source.config.place}, "src_lang", fallback);
  const std::string eos = special.text("eos_token");
  const bool behind = recipe == Recipe::kMbart ||
                      (recipe == Recipe::kNllb && option(source, "legacy_behaviour", false));
  if (behind) {
    return parts::template_processing(document, {{"$A"}, {eos}, {language}},
                                      {{"$A"}, {"$B"}, {eos}, {language}});
  }
  return parts::template_processing(document, {{language}, {"$A"}, {eos}},
                                    {{language}, {"$A"}, {"$B"}, {eos}});
}

Json post_processor(const Source& source, const SpecialTokens& special, const Document& document) {
  const auto made = [&](const Parts& single, const Parts& pair) {
    return parts::template_processing(document, single, pair);
  };
  switch (source.tokenizer_class.recipe) {
    case Recipe::kXlmRoberta:
    case Recipe::kCamembert:
    case Recipe::kBarthez:
      return made({{"<s>"}, {"$A"}, {"</s>"}},
                  {{"<s>"}, {"$A"}, {"</s>"}, {"</s>"}, {"$B"}, {"</s>"}});
    case Recipe::kAlbert:
    case Recipe::kDebertaV2:
    case Recipe::kRemBert:
    case Recipe::kBigBird:
      return made({{"[CLS]"}, {"$A"}, {"[SEP]"}},
                  {{"[CLS]"}, {"$A"}, {"[SEP]"}, {"$B", 1}, {"[SEP]", 1}});
    case Recipe::kXlnet:
      return made({{"$A"}, {"<sep>"}, {"<cls>", 2}},
                  {{"$A"}, {"<sep>"}, {"$B", 1}, {"<sep>", 1}, {"<cls>", 2}});
    case Recipe::kT5:
      return made({{"$A"}, {"</s>"}}, {{"$A"}, {"</s>"}, {"$B"}, {"</s>"}});
    case Recipe::kPegasus: {
      const std::string eos = special.text("eos_token");
      return made({{"$A"}, {eos}}, {{"$A"}, {"$B"}, {eos}});
    }
    case Recipe::kXglm: {
      Json xglm = made({{"</s>"}, {"$A"}}, {{"</s>"}, {"$A"}, {"</s>"}, {"</s>"}, {"$B"}});
      // Named by transformers, though no template has it.
      xglm["special_tokens"]["<s>"] = parts::special_token(document, "<s>");
      return xglm;
    }
    case Recipe::kMbart:
    case Recipe::kMbart50:
    case Recipe::kNllb:
      return language_post_processor(source, special, document);
    case Recipe::kLlama:
    case Recipe::kGemma:
      return llama_post_processor(source, special, document);
    default:
      return nullptr;
  }
}

}  // namespace

TokenizerDocument convert_sentencepiece(const Source& source) {
  const Recipe recipe = source.tokenizer_class.recipe;
  const SentencePieceModel model = SentencePieceModel::read(source.files.front());
  SpecialTokens special(source.tokenizer_class, source.config);
  complete_additional(recipe, source.config, special);
  Document document = model_document(source, model, lay_out(recipe, model, special, source.config));
  add_pieces(source, model, document);
  special.add_to(document);
  document.set("normalizer", normalizer(source, model.charsmap));
  document.set("pre_tokenizer", pre_tokenizer(source));
  document.set("decoder", decoder(source));
  document.set("post_processor", post_processor(source, special, document));
  return std::move(document).finish();
}

}  // namespace trainer::text
