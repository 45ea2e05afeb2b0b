#pragma once

#include <memory>
#include <vector>

#include "text/json_fields.hpp"
#include "text/models/model.hpp"
#include "text/normalized_string.hpp"

// Second stage: normalised text to words. Immutable and const; any thread.
namespace trainer::text {

using Words = std::vector<NormalizedString>;

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Appends the words of `text`, none of them empty, in order. What it writes lies in `store`.
  virtual void split(const NormalizedString& text, TextStore& store, Words& words) const = 0;
};

// From tokenizer.json's "pre_tokenizer". With kBytes, which is only for one that
// ends_with_byte_level(), words are left as the bytes that characters of GPT-2's alphabet would
// stand for. Throws kUnsupported naming the component, kInvalidInput for a broken one.
std::unique_ptr<PreTokenizer> load_pre_tokenizer(const Component& component, WordUnit unit);

// True when the last stage is ByteLevel.
bool ends_with_byte_level(const Component& component);

}  // namespace trainer::text
