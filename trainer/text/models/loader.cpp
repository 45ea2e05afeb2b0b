#include <fmt/format.h>

#include "text/models/bpe.hpp"
#include "text/models/json_number.hpp"
#include "text/models/unigram.hpp"
#include "text/models/word_level.hpp"
#include "text/models/word_piece.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kSupported = "WordPiece, BPE, Unigram, WordLevel";

std::unique_ptr<Model> load_word_piece(const Component& component) {
  WordPieceOptions options;
  options.unk_token = string_field_or(component, "unk_token", "[UNK]");
  options.continuing_subword_prefix = string_field_or(component, "continuing_subword_prefix", "##");
  if (component.has("max_input_chars_per_word")) {
    options.max_input_chars_per_word =
        static_cast<std::size_t>(id_field(component, "max_input_chars_per_word"));
  }
  return std::make_unique<WordPiece>(load_vocabulary(component.at("vocab")), std::move(options),
                                     component.place);
}

// ["a", "b"], or "a b" in older files.
Merge load_merge(const Component& merge) {
  if (merge.json.is_array() && merge.json.size() == 2 && merge.json[0].is_string() &&
      merge.json[1].is_string()) {
    return {merge.json[0].get<std::string>(), merge.json[1].get<std::string>()};
  }
  if (merge.json.is_string()) {
    const auto& text = merge.json.get_ref<const std::string&>();
    const std::size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  }
  throw_invalid(merge, "is not a pair of tokens");
}

std::unique_ptr<Model> load_bpe(const Component& component, WordUnit unit) {
  BpeOptions options;
  options.unit = unit;
  options.unk_token = string_field_or(component, "unk_token", "");
  options.continuing_subword_prefix = string_field_or(component, "continuing_subword_prefix", "");
  options.end_of_word_suffix = string_field_or(component, "end_of_word_suffix", "");
  options.fuse_unk = bool_field_or(component, "fuse_unk", false);
  options.ignore_merges = bool_field_or(component, "ignore_merges", false);
  options.byte_fallback = bool_field_or(component, "byte_fallback", false);
  const Component list = component.at("merges");
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  std::vector<Merge> merges;
  merges.reserve(list.json.size());
  for (const Json& merge : list.json) {
    // Older files hold the lines of merges.txt as they were.
    const bool version =
        merge.is_string() && merge.get_ref<const std::string&>().starts_with("#version");
    if (!version) merges.push_back(load_merge({merge, list.place}));
  }
  return std::make_unique<Bpe>(load_vocabulary(component.at("vocab")), merges, std::move(options),
                               component.place);
}

std::unique_ptr<Model> load_unigram(const Component& component, Numbers numbers) {
  const Component list = component.at("vocab");
  if (!list.json.is_array()) throw_invalid(list, "is not an array of pieces");
  std::vector<Piece> pieces;
  pieces.reserve(list.json.size());
  for (const Json& piece : list.json) {
    if (!piece.is_array() || piece.size() != 2 || !piece[0].is_string() || !piece[1].is_number())
      throw_invalid(list, fmt::format("has a piece {} that is not [token, score]", pieces.size()));
    const auto score = piece[1].get<double>();
    pieces.push_back({piece[0].get<std::string>(),
                      numbers == Numbers::kOfFile ? as_library_reads(score) : score});
  }
  UnigramOptions options;
  if (component.has("unk_id")) options.unk_id = id_field(component, "unk_id");
  options.byte_fallback = bool_field_or(component, "byte_fallback", false);
  return std::make_unique<Unigram>(std::move(pieces), options, component.place);
}

std::unique_ptr<Model> load_word_level(const Component& component) {
  const std::vector<VocabularyEntry> vocabulary = load_vocabulary(component.at("vocab"));
  return std::make_unique<WordLevel>(vocabulary, string_field(component, "unk_token"),
                                     component.place);
}

// Files written before the tag existed are told apart by what they hold.
std::string type_of(const Component& component) {
  if (component.has("merges")) return component.type("BPE");
  if (component.has("vocab") && component.at("vocab").json.is_array())
    return component.type("Unigram");
  const bool word_piece =
      component.has("continuing_subword_prefix") && component.has("max_input_chars_per_word");
  return component.type(word_piece ? "WordPiece" : "WordLevel");
}

}  // namespace

std::vector<VocabularyEntry> load_vocabulary(const Component& vocab) {
  if (!vocab.json.is_object()) throw_invalid(vocab, "is not an object of tokens and ids");
  std::vector<VocabularyEntry> entries;
  entries.reserve(vocab.json.size());
  for (const auto& [token, id] : vocab.json.items()) {
    if (!id.is_number_integer())
      throw_invalid(vocab, fmt::format("gives '{}' something that is not an id", token));
    entries.push_back({token, id_value({id, vocab.place})});
  }
  return entries;
}

std::unique_ptr<Model> load_model(const Component& component, WordUnit unit, Numbers numbers) {
  const std::string type = type_of(component);
  if (type == "BPE") return load_bpe(component, unit);
  if (unit == WordUnit::kBytes) throw_unsupported(component, type + " of bytes", kSupported);
  if (type == "WordPiece") return load_word_piece(component);
  if (type == "Unigram") return load_unigram(component, numbers);
  if (type == "WordLevel") return load_word_level(component);
  throw_unsupported(component, type, kSupported);
}

}  // namespace trainer::text
