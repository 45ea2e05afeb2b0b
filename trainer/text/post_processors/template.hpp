#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "text/json_fields.hpp"
#include "text/tokenizer.hpp"

// Last stage: special tokens, token types and trimmed offsets. All of the library's
// post-processors, and sequences of them, come down to one template each for a single text and for
// a pair, with special tokens and without. Immutable; any thread.
namespace trainer::text {

enum class SequenceName : std::uint8_t { kFirst, kSecond };

// Offsets without the white space at the edges of their tokens.
struct Trim {
  bool add_prefix_space = true;  // one space at the beginning was not in the text: it stays
  bool leads = true;             // nothing stands before the text in its encoding
};

struct TemplatePart {
  std::optional<SequenceName> sequence;  // absent: special tokens
  std::vector<std::int32_t> ids;         // of the special tokens
  std::int32_t type_id = 0;
  std::vector<Trim> trims;  // of a sequence, in order
};

using TemplateParts = std::vector<TemplatePart>;

// One processor: what it makes of a list of encodings, each a list of parts.
class PostProcessorStep {
 public:
  virtual ~PostProcessorStep() = default;
  // False when the library has no answer for so many encodings.
  virtual bool apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const = 0;
  virtual std::size_t special_tokens(bool pair) const = 0;
};

class PostProcessor {
 public:
  // Nothing is added, the second text of a pair has type 1.
  static PostProcessor plain();
  // [CLS] A [SEP], [CLS] A [SEP] B:1 [SEP]:1
  static PostProcessor bert(std::int32_t cls, std::int32_t sep);
  // <s> A </s>, <s> A </s></s> B </s>, all of type 0
  static PostProcessor roberta(std::int32_t cls, std::int32_t sep,
                               std::optional<Trim> trim = Trim());

  explicit PostProcessor(const std::vector<std::unique_ptr<PostProcessorStep>>& steps);

  // Throws kUnsupported where the library has no answer either: a template for one text within a
  // sequence of processors that has made several encodings of it.
  const TemplateParts& parts(bool pair, bool add_special_tokens) const;
  // Those that truncation leaves room for.
  std::size_t special_tokens(bool pair) const noexcept { return special_tokens_[pair ? 1 : 0]; }
  bool trims() const noexcept { return trims_; }

 private:
  std::array<std::optional<TemplateParts>, 4> parts_;  // pair * 2 + add_special_tokens
  std::array<std::size_t, 2> special_tokens_{};
  bool trims_ = false;
};

// A token of one of the texts.
struct PlacedToken {
  std::int32_t id = 0;
  Offset offset;
  // White space at the edges of the token as it is written, in characters.
  std::uint32_t leading_spaces = 0;
  std::uint32_t trailing_spaces = 0;
};

// Ids and types of the whole.
Encoding fill(const TemplateParts& parts, std::span<const std::int32_t> first,
              std::span<const std::int32_t> second);
// The same with offsets.
Encoding fill(const TemplateParts& parts, std::span<const PlacedToken> first,
              std::span<const PlacedToken> second);

// From tokenizer.json's "post_processor". Throws kUnsupported naming the component, kInvalidInput
// for a broken one.
PostProcessor load_post_processor(const Component& component);

}  // namespace trainer::text
