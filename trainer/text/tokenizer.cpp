#include "text/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"
#include "text/conversion/conversion.hpp"
#include "text/conversion/tokenizer_classes.hpp"
#include "text/detokenizer.hpp"
#include "text/loaders.hpp"
#include "text/truncation.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

Stages load_stages(const path& directory, const TokenizerConfig& config, std::vector<path>& files) {
  const auto there = [&directory](const char* name) {
    return std::filesystem::exists(directory / name);
  };
  if (there("tokenizer.json")) {
    files.push_back(directory / "tokenizer.json");
    return load_document(read_tokenizer_document(files.back()), config);
  }
  if (std::optional<Converted> converted = convert_model_files(directory, config)) {
    files.insert(files.end(), converted->files.begin(), converted->files.end());
    return load_document(converted->document, config);
  }
  throw Error(ErrorCode::kNotFound,
              fmt::format("{}: has no tokenizer: neither tokenizer.json, nor vocab.txt, nor "
                          "vocab.json with merges.txt, nor a sentencepiece model "
                          "(sentencepiece.bpe.model, spiece.model, spm.model, "
                          "tokenizer.model, sentencepiece.model)",
                          directory.string()));
}

// Where the files name no class, the template tells whether its model knows token types.
bool takes_token_types(const TokenizerConfig& config, const PostProcessor& post_processor) {
  if (const std::optional<bool> named = named_token_types(config)) return *named;
  return std::ranges::any_of(post_processor.parts(true, true),
                             [](const TemplatePart& part) { return part.type_id != 0; });
}

template <typename Token>
std::span<const Token> keep(const std::vector<Token>& tokens, std::size_t count, Side cut) {
  count = std::min(count, tokens.size());
  const std::span<const Token> all(tokens);
  return cut == Side::kRight ? all.first(count) : all.last(count);
}

}  // namespace

class Tokenizer::Impl {
 public:
  Impl(TokenizerConfig config, Stages stages, std::vector<path> files)
      : files_(std::move(files)),
        max_length_(config.model_max_length),
        pipeline_(std::move(stages)),
        detokenizer_(pipeline_.stages()) {
    files_.insert(files_.end(), config.files.begin(), config.files.end());
    uses_token_types_ = takes_token_types(config, pipeline_.stages().post_processor);
    count_vocabulary();
    choose_padding(config);
  }

  Encoding encode(std::string_view first, std::optional<std::string_view> second,
                  const EncodeOptions& options) const {
    const bool pair = second.has_value();
    const std::size_t room = room_for_text(pair, options);
    const Side cut = options.truncation_side.value_or(pipeline_.stages().truncation_side);
    const TemplateParts& parts =
        pipeline_.stages().post_processor.parts(pair, options.add_special_tokens);
    const auto finish = [&](const auto& first_tokens, const auto& second_tokens) {
      PairLengths lengths{first_tokens.size(), second_tokens.size()};
      if (room != Pipeline::kNoLimit)
        lengths = truncated(lengths, room, options.truncation_strategy);
      return fill(parts, keep(first_tokens, lengths.first, cut),
                  keep(second_tokens, lengths.second, cut));
    };
    if (options.offsets) {
      return finish(pipeline_.encode_placed(first),
                    pair ? pipeline_.encode_placed(*second) : std::vector<PlacedToken>());
    }
    // A single text is done when the room is full. Of a pair the whole lengths are needed: the
    // longer one gets more.
    const bool may_stop = !pair && cut == Side::kRight &&
                          options.truncation_strategy == TruncationStrategy::kLongestFirst;
    const std::size_t enough = may_stop ? room : Pipeline::kNoLimit;
    return finish(pipeline_.encode(first, enough),
                  pair ? pipeline_.encode(*second, enough) : std::vector<std::int32_t>());
  }

  std::optional<std::size_t> max_length() const { return max_length_; }
  bool uses_token_types() const { return uses_token_types_; }
  const Detokenizer& detokenizer() const { return detokenizer_; }
  const Padding& padding() const { return padding_; }
  std::size_t vocab_size() const { return vocab_size_; }
  const std::vector<path>& files() const { return files_; }

 private:
  std::size_t room_for_text(bool pair, const EncodeOptions& options) const {
    if (!options.max_length) return Pipeline::kNoLimit;
    const std::size_t special =
        options.add_special_tokens ? pipeline_.stages().post_processor.special_tokens(pair) : 0;
    if (*options.max_length >= special) return *options.max_length - special;
    throw Error(ErrorCode::kUsage,
                fmt::format("a maximum length of {} has no room for the {} special tokens",
                            *options.max_length, special));
  }

  void choose_padding(const TokenizerConfig& config) {
    padding_ = pipeline_.stages().padding;
    if (const auto id = id_of(config.pad_token)) padding_.id = id;
    if (!padding_.id) padding_.id = id_of("[PAD]");
    if (!padding_.id) padding_.id = id_of("<pad>");
    if (config.pad_token_type_id) padding_.type_id = *config.pad_token_type_id;
    if (config.pad_left) padding_.side = *config.pad_left ? Side::kLeft : Side::kRight;
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
  Detokenizer detokenizer_;
  bool uses_token_types_ = false;
  Padding padding_;
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
  if (config.truncate_left)
    stages.truncation_side = *config.truncate_left ? Side::kLeft : Side::kRight;
  stages.encode_special_tokens = config.split_special_tokens;
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

std::string Tokenizer::decode(std::span<const std::int32_t> ids,
                              const DecodeOptions& options) const {
  return impl_->detokenizer().decode(ids, options);
}

std::optional<std::size_t> Tokenizer::model_max_length() const { return impl_->max_length(); }
bool Tokenizer::uses_token_types() const { return impl_->uses_token_types(); }
std::optional<std::int32_t> Tokenizer::pad_id() const { return impl_->padding().id; }
std::int32_t Tokenizer::pad_type_id() const { return impl_->padding().type_id; }
Side Tokenizer::padding_side() const { return impl_->padding().side; }
std::size_t Tokenizer::vocab_size() const { return impl_->vocab_size(); }
const std::vector<std::filesystem::path>& Tokenizer::files() const { return impl_->files(); }

}  // namespace trainer::text
