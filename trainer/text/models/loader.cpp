#include <fmt/format.h>

#include "text/models/bpe.hpp"
#include "text/models/word_piece.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kSupported = "WordPiece, BPE without byte_fallback";

std::unique_ptr<Model> load_word_piece(const Component& component, WordUnit unit) {
  if (unit == WordUnit::kBytes)
    throw_unsupported(component, "WordPiece after ByteLevel", kSupported);
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
  if (bool_field_or(component, "byte_fallback", false)) {
    throw_unsupported(component, "BPE with byte_fallback", kSupported);
  }
  BpeOptions options;
  options.unit = unit;
  options.unk_token = string_field_or(component, "unk_token", "");
  options.continuing_subword_prefix = string_field_or(component, "continuing_subword_prefix", "");
  options.end_of_word_suffix = string_field_or(component, "end_of_word_suffix", "");
  options.fuse_unk = bool_field_or(component, "fuse_unk", false);
  options.ignore_merges = bool_field_or(component, "ignore_merges", false);
  if (unit == WordUnit::kBytes &&
      !(options.continuing_subword_prefix.empty() && options.end_of_word_suffix.empty())) {
    throw_unsupported(component, "BPE with a subword prefix or suffix after ByteLevel", kSupported);
  }
  const Component list = component.at("merges");
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  std::vector<Merge> merges;
  merges.reserve(list.json.size());
  for (const Json& merge : list.json) merges.push_back(load_merge({merge, list.place}));
  return std::make_unique<Bpe>(load_vocabulary(component.at("vocab")), merges, std::move(options),
                               component.place);
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

std::unique_ptr<Model> load_model(const Component& component, WordUnit unit) {
  // Files written before the tag existed are told apart by what they hold.
  const std::string type = component.type(component.has("merges") ? "BPE" : "WordPiece");
  if (type == "WordPiece") return load_word_piece(component, unit);
  if (type == "BPE") return load_bpe(component, unit);
  throw_unsupported(component, type, kSupported);
}

}  // namespace trainer::text
