#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"

// First stage: text to text, before it is cut into words. Immutable and const; any thread. In and
// out are valid UTF-8.
namespace trainer::text {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual std::string normalize(std::string_view text) const = 0;
};

// From tokenizer.json's "normalizer". Throws kUnsupported naming the component, kInvalidInput for a
// broken one.
std::unique_ptr<Normalizer> load_normalizer(const Component& component);

}  // namespace trainer::text
