#include "text/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/error.hpp"
#include "text/loaders.hpp"
#include "text/truncation.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

Stages load_stages(const path& directory, const TokenizerConfig& config, std::vector<path>& files) {
  const auto there = [&directory](const char* name) {
    return std::filesystem::exists(directory / name);
  };
  if (there("tokenizer.json")) {
    files.push_back(directory / "tokenizer.json");
    return load_tokenizer_json(files.back(), config);
  }
  if (there("vocab.txt")) {
    files.push_back(directory / "vocab.txt");
    return load_bert_vocabulary(files.back(), config);
  }
  if (there("vocab.json") && there("merges.txt")) {
    files.push_back(directory / "vocab.json");
    files.push_back(directory / "merges.txt");
    return load_byte_level({.vocabulary = files[0], .merges = files[1]}, config);
  }
  throw Error(ErrorCode::kNotFound, fmt::format("{}: has no tokenizer: neither tokenizer.json, nor "
                                                "vocab.txt, nor vocab.json with merges.txt",
                                                directory.string()));
}

// Classes whose models take no token types; all others take them, as the library's base class says.
bool class_uses_token_types(const TokenizerConfig& config, const PostProcessor& post_processor) {
  if (config.model_input_names) {
    return std::ranges::find(*config.model_input_names, "token_type_ids") !=
           config.model_input_names->end();
  }
  for (const char* name : {"DistilBert", "MPNet", "Roberta", "XLMRoberta", "Camembert", "Bart",
                           "Longformer", "GPT2"}) {
    if (config.tokenizer_class.starts_with(name)) return false;
  }
  for (const char* name : {"distilbert", "mpnet", "roberta", "xlm-roberta", "camembert", "bart",
                           "longformer", "gpt2"}) {
    if (config.tokenizer_class.empty() && config.model_type == name) return false;
  }
  if (!config.tokenizer_class.empty()) return true;
  return std::ranges::any_of(post_processor.pair,
                             [](const TemplatePart& part) { return part.type_id != 0; });
}

std::span<const std::int32_t> keep(const std::vector<std::int32_t>& ids, std::size_t count,
                                   Side cut) {
  count = std::min(count, ids.size());
  const std::span<const std::int32_t> all(ids);
  return cut == Side::kRight ? all.first(count) : all.last(count);
}

}  // namespace

class Tokenizer::Impl {
 public:
  Impl(TokenizerConfig config, Stages stages, std::vector<path> files)
      : files_(std::move(files)),
        max_length_(config.model_max_length),
        pipeline_(std::move(stages)) {
    files_.insert(files_.end(), config.files.begin(), config.files.end());
    uses_token_types_ = class_uses_token_types(config, pipeline_.stages().post_processor);
    count_vocabulary();
    pad_id_ = id_of(config.pad_token);
    if (!pad_id_) pad_id_ = pipeline_.stages().pad_id;
    if (!pad_id_) pad_id_ = id_of("[PAD]");
    if (!pad_id_) pad_id_ = id_of("<pad>");
  }

  Encoding encode(std::string_view first, std::optional<std::string_view> second,
                  const EncodeOptions& options) const {
    const Stages& stages = pipeline_.stages();
    const TemplateParts& parts = second ? stages.post_processor.pair : stages.post_processor.single;
    const std::size_t room = room_for_text(parts, options);
    // A single text is done when the room is full. Of a pair the whole lengths are needed: the
    // longer one gets more.
    const bool may_stop = !second && stages.truncation_side == Side::kRight;
    const std::size_t enough = may_stop ? room : kNoLimit;
    const std::vector<std::int32_t> first_ids = pipeline_.encode(first, enough);
    std::vector<std::int32_t> second_ids;
    if (second) second_ids = pipeline_.encode(*second, enough);
    PairLengths lengths{first_ids.size(), second_ids.size()};
    if (room != kNoLimit)
      lengths =
          second ? longest_first(lengths, room) : PairLengths{std::min(lengths.first, room), 0};
    return fill(parts, {.first = keep(first_ids, lengths.first, stages.truncation_side),
                        .second = keep(second_ids, lengths.second, stages.truncation_side),
                        .add_special_tokens = options.add_special_tokens});
  }

  std::optional<std::size_t> max_length() const { return max_length_; }
  bool uses_token_types() const { return uses_token_types_; }
  std::optional<std::int32_t> pad_id() const { return pad_id_; }
  std::size_t vocab_size() const { return vocab_size_; }
  const std::vector<path>& files() const { return files_; }

 private:
  static std::size_t room_for_text(const TemplateParts& parts, const EncodeOptions& options) {
    if (!options.max_length) return kNoLimit;
    const std::size_t special =
        options.add_special_tokens ? PostProcessor::special_tokens(parts) : 0;
    if (*options.max_length >= special) return *options.max_length - special;
    throw Error(ErrorCode::kUsage,
                fmt::format("a maximum length of {} has no room for the {} special tokens",
                            *options.max_length, special));
  }

  std::optional<std::int32_t> id_of(std::string_view token) const {
    if (token.empty()) return std::nullopt;
    for (const AddedToken& added : pipeline_.stages().added_tokens) {
      if (added.content == token) return added.id;
    }
    return pipeline_.stages().model->id_of(token);
  }

  void count_vocabulary() {
    vocab_size_ = pipeline_.stages().model->vocab_size();
    for (const AddedToken& token : pipeline_.stages().added_tokens) {
      vocab_size_ = std::max(vocab_size_, static_cast<std::size_t>(token.id) + 1);
    }
  }

  std::vector<path> files_;
  std::optional<std::size_t> max_length_;
  Pipeline pipeline_;
  bool uses_token_types_ = false;
  std::optional<std::int32_t> pad_id_;
  std::size_t vocab_size_ = 0;
};

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const path& model_directory) {
  if (!std::filesystem::is_directory(model_directory)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{}: is not a directory", model_directory.string()));
  }
  TokenizerConfig config = TokenizerConfig::read(model_directory);
  std::vector<path> files;
  Stages stages = load_stages(model_directory, config, files);
  if (config.truncate_left) stages.truncation_side = Side::kLeft;
  add_configured_tokens(config, stages);
  return Tokenizer(
      std::make_unique<const Impl>(std::move(config), std::move(stages), std::move(files)));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return impl_->encode(text, std::nullopt, options);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                const EncodeOptions& options) const {
  return impl_->encode(first, second, options);
}

std::optional<std::size_t> Tokenizer::model_max_length() const { return impl_->max_length(); }
bool Tokenizer::uses_token_types() const { return impl_->uses_token_types(); }
std::optional<std::int32_t> Tokenizer::pad_id() const { return impl_->pad_id(); }
std::size_t Tokenizer::vocab_size() const { return impl_->vocab_size(); }
const std::vector<std::filesystem::path>& Tokenizer::files() const { return impl_->files(); }

}  // namespace trainer::text
