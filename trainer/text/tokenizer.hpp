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

// Characters [begin, end) of a text.
struct Offset {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Offset&) const = default;
};

struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;  // as long as ids
  // Where each id stands in its text, in Unicode code points, as Python's Encoding.offsets says;
  // (0, 0) for special tokens. As long as ids when asked for, else empty.
  std::vector<Offset> offsets;
};

enum class Side { kLeft, kRight };

// Which text of a pair is cut when both are too long.
enum class TruncationStrategy { kLongestFirst, kOnlyFirst, kOnlySecond };

struct EncodeOptions {
  bool add_special_tokens = true;
  // Ids at most, special tokens included; absent: untruncated, whatever tokenizer.json says.
  std::optional<std::size_t> max_length = std::nullopt;
  TruncationStrategy truncation_strategy = TruncationStrategy::kLongestFirst;
  std::optional<Side> truncation_side = std::nullopt;  // absent: the tokenizer's own
  bool offsets = false;                                // slower
};

struct DecodeOptions {
  bool skip_special_tokens = true;
};

// Immutable after load; every method is const and may be called from any number of threads at once.
class Tokenizer {
 public:
  // From a model directory: tokenizer.json, else what text/conversion makes one of (vocab.txt,
  // vocab.json with merges.txt, a sentencepiece model), by the tokenizer's class; with
  // tokenizer_config.json's switches applied. Throws Error: kNotFound (lists the files looked for),
  // kUnsupported (names the component or the class), kInvalidInput (names the file and the place).
  static Tokenizer load(const std::filesystem::path& model_directory);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Ids, types and offsets equal those of Hugging Face `tokenizers` for the same files and text.
  // The text is UTF-8; invalid bytes become U+FFFD as Python's decode(errors="replace") makes them,
  // and offsets are of the text so repaired. Throws Error: kUsage when max_length leaves no room,
  // or the strategy cannot cut enough, kInvalidInput for what the model has no token for (where the
  // library fails too), or a pattern that takes too long.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second,
                       const EncodeOptions& options = {}) const;

  // The text of ids, as the library's decode makes it; ids that stand for nothing are left out.
  std::string decode(std::span<const std::int32_t> ids, const DecodeOptions& options = {}) const;

  // What the model was trained to take, from tokenizer_config.json (model_max_length), when it says
  // so.
  std::optional<std::size_t> model_max_length() const;
  // True when the tokenizer's model input names hold token_type_ids (BERT), so that `tokenize`
  // prints them.
  bool uses_token_types() const;
  // How the library would pad: with which id and type, on which side.
  std::optional<std::int32_t> pad_id() const;
  std::int32_t pad_type_id() const;
  Side padding_side() const;
  std::size_t vocab_size() const;  // added tokens included
  // The files that make this tokenizer, for export beside a trained model.
  const std::vector<std::filesystem::path>& files() const;

 private:
  class Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace trainer::text
