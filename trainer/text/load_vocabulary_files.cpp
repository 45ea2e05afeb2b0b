#include <fmt/format.h>

#include <fstream>

#include "config/error.hpp"
#include "config/json.hpp"
#include "text/loaders.hpp"
#include "text/models/bpe.hpp"
#include "text/pre_tokenizers/byte_level.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

std::string named_or(const std::string& named, const char* fallback) {
  return named.empty() ? fallback : named;
}

std::int32_t required_id(const Model& model, const std::string& token, const path& file) {
  if (const auto id = model.id_of(token)) return *id;
  throw Error(
      ErrorCode::kInvalidInput,
      fmt::format(
          "{}: has no token '{}': name the special tokens in tokenizer_config.json, or use a model "
          "with a tokenizer.json",
          file.string(), token));
}

enum class LeftSpaces { kKept, kTaken };

void add_special(Stages& stages, const std::string& content,
                 LeftSpaces spaces = LeftSpaces::kKept) {
  const std::optional<std::int32_t> id = stages.model->id_of(content);
  if (!id) return;
  AddedToken token;
  token.id = *id;
  token.content = content;
  token.lstrip = spaces == LeftSpaces::kTaken;
  token.special = true;
  stages.added_tokens.push_back(std::move(token));
}

enum class ByteLevelFamily { kRoberta, kGpt2, kDeberta };

ByteLevelFamily family_by_name(const std::string& name, const path& file) {
  for (const char* part : {"roberta", "bart", "longformer", "led", "mvp"}) {
    if (name.starts_with(part)) return ByteLevelFamily::kRoberta;
  }
  if (name.starts_with("gpt2")) return ByteLevelFamily::kGpt2;
  if (name == "deberta" || name == "debertatokenizer") return ByteLevelFamily::kDeberta;
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: a '{}' tokenizer from vocab.json and merges.txt is not supported "
                          "(supported: roberta, "
                          "bart, longformer, gpt2, deberta): save the model with a tokenizer.json",
                          file.string(), name));
}

ByteLevelFamily family_of(const TokenizerConfig& config, const Model& model, const path& file) {
  std::string name = config.tokenizer_class.empty() ? config.model_type : config.tokenizer_class;
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!name.empty() && name != "pretrainedtokenizerfast") return family_by_name(name, file);
  // RoBERTa's vocabulary holds GPT-2's end token as well, so it is asked for first.
  return model.id_of("<s>") && model.id_of("</s>") ? ByteLevelFamily::kRoberta
                                                   : ByteLevelFamily::kGpt2;
}

struct SpecialNames {
  std::string cls, sep, unk, pad, mask;
};

SpecialNames special_names(const TokenizerConfig& config, ByteLevelFamily family) {
  if (family == ByteLevelFamily::kGpt2) {
    const std::string end = named_or(config.eos_token, "<|endoftext|>");
    return {named_or(config.bos_token, end.c_str()), end, named_or(config.unk_token, end.c_str()),
            config.pad_token, ""};
  }
  const bool roberta = family == ByteLevelFamily::kRoberta;
  return {named_or(config.cls_token, roberta ? "<s>" : "[CLS]"),
          named_or(config.sep_token, roberta ? "</s>" : "[SEP]"),
          named_or(config.unk_token, roberta ? "<unk>" : "[UNK]"),
          named_or(config.pad_token, roberta ? "<pad>" : "[PAD]"),
          named_or(config.mask_token, roberta ? "<mask>" : "[MASK]")};
}

// A line is "left right"; the first may be "#version: 0.2".
std::vector<Merge> read_merges(const path& file) {
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

}  // namespace

std::vector<std::string> read_lines(const path& file) {
  constexpr std::uintmax_t kMaxBytes = 64U << 20U;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) throw Error(ErrorCode::kIo, fmt::format("{}: cannot be read", file.string()));
  if (size > kMaxBytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: is larger than 64 MiB, which no vocabulary is", file.string()));
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_valid_utf8(line)) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: line {} is not UTF-8", file.string(), lines.size() + 1));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Stages load_bert_vocabulary(const path& file, const TokenizerConfig& config) {
  std::vector<VocabularyEntry> entries;
  std::int32_t next = 0;
  for (std::string& line : read_lines(file)) entries.push_back({std::move(line), next++});
  BertNormalizerOptions normalizer;
  normalizer.lowercase = config.do_lower_case.value_or(true);
  normalizer.strip_accents = config.strip_accents.value_or(normalizer.lowercase);
  normalizer.handle_chinese_chars = config.tokenize_chinese_chars.value_or(true);
  WordPieceOptions model;
  model.unk_token = named_or(config.unk_token, "[UNK]");

  Stages stages;
  stages.normalizer = std::make_unique<BertNormalizer>(normalizer);
  stages.pre_tokenizer = std::make_unique<BertPreTokenizer>();
  stages.model = std::make_unique<WordPiece>(entries, model, file.string());
  const std::string cls = named_or(config.cls_token, "[CLS]");
  const std::string sep = named_or(config.sep_token, "[SEP]");
  stages.post_processor = PostProcessor::bert(required_id(*stages.model, cls, file),
                                              required_id(*stages.model, sep, file));
  for (const std::string& token : {named_or(config.pad_token, "[PAD]"), model.unk_token, cls, sep,
                                   named_or(config.mask_token, "[MASK]")}) {
    add_special(stages, token);
  }
  return stages;
}

Stages load_byte_level(const ByteLevelFiles& files, const TokenizerConfig& config) {
  const config::JsonObject vocabulary = config::JsonObject::read(files.vocabulary);
  const std::vector<VocabularyEntry> entries =
      load_vocabulary({vocabulary.json(), files.vocabulary.string() + ":"});
  BpeOptions options;
  options.unit = WordUnit::kBytes;

  Stages stages;
  stages.pre_tokenizer = std::make_unique<ByteLevelPreTokenizer>(ByteLevelOptions{
      .add_prefix_space = config.add_prefix_space.value_or(false), .use_regex = true});
  stages.model =
      std::make_unique<Bpe>(entries, read_merges(files.merges), options, files.merges.string());
  const ByteLevelFamily family = family_of(config, *stages.model, files.vocabulary);
  const SpecialNames names = special_names(config, family);
  const auto id = [&](const std::string& token) {
    return required_id(*stages.model, token, files.vocabulary);
  };
  if (family == ByteLevelFamily::kRoberta)
    stages.post_processor = PostProcessor::roberta(id(names.cls), id(names.sep));
  if (family == ByteLevelFamily::kDeberta)
    stages.post_processor = PostProcessor::bert(id(names.cls), id(names.sep));
  for (const std::string& token : {names.cls, names.pad, names.sep, names.unk}) {
    if (!token.empty()) add_special(stages, token);
  }
  if (!names.mask.empty()) add_special(stages, names.mask, LeftSpaces::kTaken);
  return stages;
}

}  // namespace trainer::text
