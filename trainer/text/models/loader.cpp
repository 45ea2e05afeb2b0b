#include <fmt/format.h>

#include "text/models/bpe.hpp"
#include "text/models/unigram.hpp"
#include "text/models/word_level.hpp"
#include "text/models/word_piece.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kModels = "WordPiece, BPE, Unigram, WordLevel";

void require_object(const Component& component, std::string_view key) {
  const Component part = component.at(key);
  if (!part.json.is_object()) throw_invalid(part, "is not an object of tokens and ids");
}

void require_array(const Component& component, std::string_view key) {
  const Component part = component.at(key);
  if (!part.json.is_array()) throw_invalid(part, "is not an array");
}

std::unique_ptr<Model> load_word_piece(const Component& component, const ModelTables& tables) {
  require_object(component, "vocab");
  WordPieceOptions options;
  options.unk_token = string_field_or(component, "unk_token", "[UNK]");
  options.continuing_subword_prefix = string_field_or(component, "continuing_subword_prefix", "##");
  if (component.has("max_input_chars_per_word")) {
    options.max_input_chars_per_word =
        static_cast<std::size_t>(id_field(component, "max_input_chars_per_word"));
  }
  return std::make_unique<WordPiece>(tables.vocabulary, std::move(options), component.place);
}

std::unique_ptr<Model> load_bpe(const Component& component, const ModelTables& tables,
                                WordUnit unit) {
  require_object(component, "vocab");
  require_array(component, "merges");
  BpeOptions options;
  options.unit = unit;
  options.unk_token = string_field_or(component, "unk_token", "");
  options.continuing_subword_prefix = string_field_or(component, "continuing_subword_prefix", "");
  options.end_of_word_suffix = string_field_or(component, "end_of_word_suffix", "");
  options.fuse_unk = bool_field_or(component, "fuse_unk", false);
  options.byte_fallback = bool_field_or(component, "byte_fallback", false);
  options.ignore_merges = bool_field_or(component, "ignore_merges", false);
  return std::make_unique<Bpe>(tables.vocabulary, tables.merges, std::move(options),
                               component.place);
}

std::unique_ptr<Model> load_unigram(const Component& component, const ModelTables& tables) {
  require_array(component, "vocab");
  UnigramOptions options;
  if (component.has("unk_id")) options.unk_id = id_field(component, "unk_id");
  options.byte_fallback = bool_field_or(component, "byte_fallback", false);
  return std::make_unique<Unigram>(tables.pieces, options, component.place);
}

std::unique_ptr<Model> load_word_level(const Component& component, const ModelTables& tables) {
  require_object(component, "vocab");
  return std::make_unique<WordLevel>(tables.vocabulary, string_field(component, "unk_token"),
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

std::unique_ptr<Model> load_model(const Component& component, const ModelTables& tables,
                                  WordUnit unit) {
  const std::string type = type_of(component);
  if (type == "BPE") return load_bpe(component, tables, unit);
  if (unit == WordUnit::kBytes) throw_unsupported(component, type + " of bytes", kModels);
  if (type == "WordPiece") return load_word_piece(component, tables);
  if (type == "Unigram") return load_unigram(component, tables);
  if (type == "WordLevel") return load_word_level(component, tables);
  throw_unsupported(component, type, kModels);
}

}  // namespace trainer::text
