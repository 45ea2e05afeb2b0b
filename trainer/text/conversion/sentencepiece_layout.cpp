#include "text/conversion/sentencepiece_layout.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <span>

#include "text/conversion/languages.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::int32_t kMostOwnTokens = 100000;  // extra_ids and offset are never more
constexpr std::string_view kFairseqBegin[] = {"<s>", "<pad>", "</s>", "<unk>"};
constexpr std::string_view kMadeUp[] = {"<madeupword0>", "<madeupword1>", "<madeupword2>",
                                        "<madeupword3>", "<madeupword4>", "<madeupword5>",
                                        "<madeupword6>"};
constexpr std::string_view kNotUsed[] = {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"};
constexpr std::string_view kXlnetOwn[] = {"<eop>", "<eod>"};

std::int32_t int_option(const TokenizerConfig& config, const char* key, std::int32_t fallback) {
  const Component file{config.file, config.place};
  if (!file.has(key)) return fallback;
  const std::int32_t value = id_field(file, key);
  if (value > kMostOwnTokens) throw_invalid(file, fmt::format("'{}' is {}", key, value));
  return value;
}

std::int32_t extra_ids(const TokenizerConfig& config) {
  return int_option(config, "extra_ids", 100);
}

// Pegasus keeps its first 103 ids for its own tokens.
std::int32_t pegasus_offset(const TokenizerConfig& config) {
  return int_option(config, "offset", 103);
}

std::string pegasus_sentence_mask(const TokenizerConfig& config) {
  const auto at = config.file.find("mask_token_sent");
  if (at == config.file.end()) return "<mask_1>";
  return at->is_string() ? at->get<std::string>() : "";
}

void append(std::vector<Piece>& pieces, std::string_view text, double score = 0) {
  pieces.push_back({std::string(text), score});
}

void append_all(std::vector<Piece>& pieces, Names names) {
  for (const std::string_view name : names) append(pieces, name);
}

void append_model(std::vector<Piece>& pieces, const SentencePieceModel& model, std::size_t from) {
  for (std::size_t i = from; i < model.pieces.size(); ++i)
    append(pieces, model.pieces[i].text, static_cast<double>(model.pieces[i].score));
}

// "5,": a digit before a comma, which ALBERT and XLNet cut apart.
bool ends_in_number_comma(std::string_view piece) {
  if (!piece.ends_with(',')) return false;
  piece.remove_suffix(1);
  if (piece.empty()) return false;
  const auto c = static_cast<UChar32>(decode_last(piece).code);
  const int type = u_getIntPropertyValue(c, UCHAR_NUMERIC_TYPE);
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

std::vector<Piece> pegasus_pieces(const SentencePieceModel& model, const SpecialTokens& special,
                                  const TokenizerConfig& config) {
  std::vector<Piece> pieces;
  append(pieces, special.text("pad_token"));
  append(pieces, special.text("eos_token"));
  const std::string sentence = pegasus_sentence_mask(config);
  if (!sentence.empty()) {
    append(pieces, sentence);
    if (special.find("mask_token") != nullptr && pegasus_offset(config) > 3)
      append(pieces, special.text("mask_token"));
  }
  for (std::int32_t i = 2; i < pegasus_offset(config); ++i)
    append(pieces, fmt::format("<unk_{}>", i), -100);
  append_model(pieces, model, 2);
  return pieces;
}

// The first three pieces under the names that the files give their ids.
std::vector<Piece> llama_pieces(const SentencePieceModel& model, const TokenizerConfig& config) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, model.pieces.size()); ++i) {
    const auto named =
        std::ranges::find(config.added_tokens, static_cast<std::int32_t>(i), &AddedToken::id);
    append(pieces, named == config.added_tokens.end() ? model.pieces[i].text : named->content);
  }
  append_model(pieces, model, 3);
  return pieces;
}

std::vector<Piece> gemma_pieces(const SentencePieceModel& model, const SpecialTokens& special) {
  std::vector<Piece> pieces;
  for (const char* key : {"pad_token", "eos_token", "bos_token"}) append(pieces, special.text(key));
  append_model(pieces, model, 3);
  // Older models have no piece for the tabulator.
  if (std::ranges::find(pieces, "\t", &Piece::token) == pieces.end()) {
    const auto byte = std::ranges::find(pieces, "<0x09>", &Piece::token);
    if (byte != pieces.end()) *byte = {"\t", 0};
  }
  return pieces;
}

std::vector<Piece> fairseq_pieces(const SentencePieceModel& model, Names behind, bool mask) {
  std::vector<Piece> pieces;
  append_all(pieces, kFairseqBegin);
  append_model(pieces, model, 3);
  append_all(pieces, behind);
  if (mask) append(pieces, "<mask>");
  return pieces;
}

std::vector<Piece> camembert_pieces(const SentencePieceModel& model) {
  std::vector<Piece> pieces;
  for (const char* text : {"<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>"}) append(pieces, text);
  append(pieces, "<unk>NOTUSED", -100);
  append_model(pieces, model, 1);
  append(pieces, "<mask>");
  return pieces;
}

std::vector<Piece> all_pieces(const SentencePieceModel& model) {
  std::vector<Piece> pieces;
  append_model(pieces, model, 0);
  return pieces;
}

bool is_among(const std::vector<AddedToken>& tokens, std::string_view content) {
  return std::ranges::find(tokens, content, &AddedToken::content) != tokens.end();
}

void add_missing(std::vector<AddedToken>& tokens, Names names) {
  for (const std::string_view name : names) {
    if (!is_among(tokens, name)) tokens.push_back(plain_special(std::string(name)));
  }
}

void complete_pegasus(const TokenizerConfig& config, SpecialTokens& special) {
  const std::string sentence = pegasus_sentence_mask(config);
  const std::int32_t offset = pegasus_offset(config);
  std::vector<AddedToken> tokens = special.additional.value_or(std::vector<AddedToken>());
  const bool named = special.additional.has_value();
  if (!sentence.empty() && !is_among(tokens, sentence))
    tokens.insert(tokens.begin(), plain_special(sentence));
  const auto first = named ? static_cast<std::int32_t>(tokens.size()) : 2;
  for (std::int32_t i = first; i < (named ? offset - 1 : offset); ++i)
    tokens.push_back(plain_special(fmt::format("<unk_{}>", i)));
  special.additional = std::move(tokens);
}

void complete_t5(const TokenizerConfig& config, SpecialTokens& special) {
  std::vector<AddedToken> tokens = special.additional.value_or(std::vector<AddedToken>());
  const auto is_extra = [](const AddedToken& token) {
    return token.content.find("<extra_id_") != std::string::npos;
  };
  if (std::ranges::none_of(tokens, is_extra)) {
    for (std::int32_t i = 0; i < extra_ids(config); ++i)
      tokens.push_back(plain_special(fmt::format("<extra_id_{}>", i)));
  }
  special.additional = std::move(tokens);
}

}  // namespace

Layout lay_out(Recipe recipe, const SentencePieceModel& model, const SpecialTokens& special,
               const TokenizerConfig& config) {
  constexpr std::int32_t kFairseqUnk = 3;
  switch (recipe) {
    case Recipe::kXlmRoberta:
      return {fairseq_pieces(model, {}, true), kFairseqUnk};
    case Recipe::kMbart:
      return {fairseq_pieces(model, mbart_languages(), true), kFairseqUnk};
    case Recipe::kMbart50:
      return {fairseq_pieces(model, mbart50_languages(), true), kFairseqUnk};
    case Recipe::kNllb:
      return {fairseq_pieces(model, {}, false), kFairseqUnk};
    case Recipe::kXglm:
      return {fairseq_pieces(model, kMadeUp, false), kFairseqUnk};
    case Recipe::kCamembert:
      return {camembert_pieces(model), kFairseqUnk};
    case Recipe::kBarthez:
      return {all_pieces(model), kFairseqUnk};
    case Recipe::kLlama:
      return {llama_pieces(model, config), 0};
    case Recipe::kGemma:
      return {gemma_pieces(model, special), 3};
    case Recipe::kPegasus:
      return {pegasus_pieces(model, special, config), model.unk_id + pegasus_offset(config)};
    default:
      break;
  }
  Layout layout{all_pieces(model), model.unk_id};
  if (recipe == Recipe::kAlbert || recipe == Recipe::kXlnet) {
    for (Piece& piece : layout.pieces) {
      if (ends_in_number_comma(piece.token)) piece.score -= 100;
    }
  }
  if (recipe == Recipe::kT5) {
    for (std::int32_t i = extra_ids(config); i-- > 0;)
      append(layout.pieces, fmt::format("<extra_id_{}>", i));
  }
  return layout;
}

void complete_additional(Recipe recipe, const TokenizerConfig& config, SpecialTokens& special) {
  if (recipe == Recipe::kPegasus) return complete_pegasus(config, special);
  if (recipe == Recipe::kT5) return complete_t5(config, special);
  std::vector<AddedToken> tokens = special.additional.value_or(std::vector<AddedToken>());
  const bool named = special.additional.has_value();
  if (recipe == Recipe::kMbart) {
    std::vector<AddedToken> all;
    add_missing(all, mbart_languages());
    const Names languages = mbart_languages();
    for (AddedToken& token : tokens) {
      if (std::ranges::find(languages, token.content) == languages.end())
        all.push_back(std::move(token));
    }
    tokens = std::move(all);
  }
  if (recipe == Recipe::kMbart50) add_missing(tokens, mbart50_languages());
  if (recipe == Recipe::kXglm) add_missing(tokens, kMadeUp);
  if (recipe == Recipe::kNllb && !named) add_missing(tokens, nllb_languages());
  if (recipe == Recipe::kCamembert && !named) add_missing(tokens, kNotUsed);
  if (recipe == Recipe::kXlnet && !named) add_missing(tokens, kXlnetOwn);
  special.additional = std::move(tokens);
}

}  // namespace trainer::text
