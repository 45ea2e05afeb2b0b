#pragma once

#include <memory>
#include <string>
#include <vector>

#include "text/json_fields.hpp"

// The way back: tokens to text. Immutable and const; any thread.
namespace trainer::text {

class Decoder {
 public:
  virtual ~Decoder() = default;
  // What is made of a list of tokens; put together it is the text.
  virtual std::vector<std::string> decode(std::vector<std::string> tokens) const = 0;
};

std::string join(const std::vector<std::string>& tokens, std::string_view between);
// `text` with every `from`, which is not empty, replaced.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);

// From tokenizer.json's "decoder". Throws kUnsupported naming the component, kInvalidInput for a
// broken one.
std::unique_ptr<Decoder> load_decoder(const Component& component);

}  // namespace trainer::text
