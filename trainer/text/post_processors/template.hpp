#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "text/json_fields.hpp"
#include "text/tokenizer.hpp"

// Last stage: special tokens and token types. All of the library's post-processors come down to two
// templates, one for a single text and one for a pair. Immutable; any thread.
namespace trainer::text {

enum class SequenceName : std::uint8_t { kFirst, kSecond };

struct TemplatePart {
  std::optional<SequenceName> sequence;  // absent: special tokens
  std::vector<std::int32_t> ids;         // of the special token
  std::int32_t type_id = 0;
};

using TemplateParts = std::vector<TemplatePart>;

struct PostProcessor {
  TemplateParts single;
  TemplateParts pair;

  // The plain one: nothing is added, the second text of a pair has type 1.
  static PostProcessor plain();
  // [CLS] A [SEP], [CLS] A [SEP] B:1 [SEP]:1
  static PostProcessor bert(std::int32_t cls, std::int32_t sep);
  // <s> A </s>, <s> A </s></s> B </s>, all of type 0
  static PostProcessor roberta(std::int32_t cls, std::int32_t sep);

  static std::size_t special_tokens(const TemplateParts& parts) noexcept;
};

struct TemplateInput {
  std::span<const std::int32_t> first;
  std::span<const std::int32_t> second;  // of a pair
  bool add_special_tokens = true;
};

Encoding fill(const TemplateParts& parts, const TemplateInput& input);

// From tokenizer.json's "post_processor". Throws kUnsupported naming the component, kInvalidInput
// for a broken one.
PostProcessor load_post_processor(const Component& component);

}  // namespace trainer::text
