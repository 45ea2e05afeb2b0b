#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"

// Second stage: normalised text to words. Immutable and const; any thread.
namespace trainer::text {

// The words of one piece of text. They are views into that piece, or into `owned` where a stage had
// to write.
struct Words {
  std::vector<std::string_view> list;
  std::deque<std::string> owned;
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Appends the words of `text`, none of them empty, in order.
  virtual void split(std::string_view text, Words& words) const = 0;
  // True when the words are to be read by the model as bytes, each byte standing for a character of
  // GPT-2's byte alphabet. The alphabet itself appears in the vocabulary files only
  // (models/byte_alphabet.hpp).
  virtual bool makes_bytes() const noexcept { return false; }
};

// From tokenizer.json's "pre_tokenizer". Throws kUnsupported naming the component, kInvalidInput
// for a broken one.
std::unique_ptr<PreTokenizer> load_pre_tokenizer(const Component& component);

}  // namespace trainer::text
