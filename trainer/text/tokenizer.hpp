#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Text to ids, as Hugging Face `tokenizers` does it: split on added tokens, normalise,
// pre-tokenise, model, truncate, post-process. Each stage is one small class in its own file; this
// header is what the rest of the trainer sees.
namespace trainer::text {

struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;  // as long as ids
};

struct EncodeOptions {
  bool add_special_tokens = true;
  // Ids at most, special tokens included, cut as the tokenizer's truncation strategy longest_first
  // on its own side; absent: untruncated, whatever tokenizer.json says.
  std::optional<std::size_t> max_length;
};

// Immutable after load; every method is const and may be called from any number of threads at once.
class Tokenizer {
 public:
  // From a model directory: tokenizer.json, else vocab.txt (BERT), else vocab.json + merges.txt
  // (byte-level BPE), with tokenizer_config.json's switches applied. Throws Error: kNotFound (lists
  // the files looked for), kUnsupported (names the component), kInvalidInput (names the file and
  // the place).
  static Tokenizer load(const std::filesystem::path& model_directory);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Ids equal those of Hugging Face `tokenizers` for the same files and text. The text is UTF-8;
  // invalid bytes become U+FFFD as Python's decode(errors="replace") makes them.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second,
                       const EncodeOptions& options = {}) const;

  // What the model was trained to take, from tokenizer_config.json (model_max_length), when it says
  // so.
  std::optional<std::size_t> model_max_length() const;
  // True when the tokenizer's model input names hold token_type_ids (BERT), so that `tokenize`
  // prints them.
  bool uses_token_types() const;
  std::optional<std::int32_t> pad_id() const;
  std::size_t vocab_size() const;  // added tokens included
  // The files that make this tokenizer, for export beside a trained model.
  const std::vector<std::filesystem::path>& files() const;

 private:
  class Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace trainer::text
