#include "text/conversion/conversion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"
#include "text/conversion/recipes.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

constexpr const char* kSentencePieceNames[] = {"sentencepiece.bpe.model", "spiece.model",
                                               "spm.model", "tokenizer.model",
                                               "sentencepiece.model"};

struct Found {
  std::vector<path> word_list, merges, sentencepiece;

  explicit Found(const path& directory) {
    const auto there = [&](const char* name) { return std::filesystem::exists(directory / name); };
    if (there("vocab.txt")) word_list = {directory / "vocab.txt"};
    if (there("vocab.json") && there("merges.txt"))
      merges = {directory / "vocab.json", directory / "merges.txt"};
    for (const char* name : kSentencePieceNames) {
      if (sentencepiece.empty() && there(name)) sentencepiece = {directory / name};
    }
  }
  bool none() const { return word_list.empty() && merges.empty() && sentencepiece.empty(); }
  const std::vector<path>& of(const TokenizerClass& c) const {
    return c.reads_word_list() ? word_list : c.reads_merges() ? merges : sentencepiece;
  }
};

const TokenizerClass& guessed_class(const Found& found, const path& directory) {
  if (!found.word_list.empty()) return class_of_name("BertTokenizer");
  if (!found.merges.empty()) {
    // RoBERTa's vocabulary holds GPT-2's end token as well, so it is asked for first.
    const std::vector<VocabularyEntry> vocabulary = read_vocabulary_json(found.merges.front());
    const auto has = [&](std::string_view token) {
      return std::ranges::find(vocabulary, token, &VocabularyEntry::token) != vocabulary.end();
    };
    const bool roberta = has("<s>") && has("</s>");
    return class_of_name(roberta ? "RobertaTokenizer" : "GPT2Tokenizer");
  }
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: has a sentencepiece model, but neither tokenizer_config.json nor "
                          "config.json says of which type of model: add tokenizer_class or "
                          "model_type",
                          directory.string()));
}

}  // namespace

std::optional<Converted> convert_model_files(const path& directory, const TokenizerConfig& config) {
  const Found found(directory);
  if (found.none()) return std::nullopt;
  const TokenizerClass* named = named_class(config, directory.string());
  const TokenizerClass& c = named == nullptr ? guessed_class(found, directory) : *named;
  const std::vector<path>& files = found.of(c);
  if (files.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: has no {}, of which a {} is made", directory.string(),
                            c.reads_word_list() ? "vocab.txt"
                            : c.reads_merges()  ? "vocab.json with merges.txt"
                                                : "sentencepiece model",
                            c.name));
  }
  const Source source{c, config, files};
  TokenizerDocument document = c.reads_word_list() ? convert_word_list(source)
                               : c.reads_merges()  ? convert_merges(source)
                                                   : convert_sentencepiece(source);
  return Converted{std::move(document), files};
}

}  // namespace trainer::text
