#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"
#include "text/normalized_string.hpp"

// First stage: text to text, before it is cut into words. Immutable and const; any thread. In and
// out are valid UTF-8.
namespace trainer::text {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  // What it writes lies in `store`, or in what `text` is a view of.
  virtual NormalizedString normalize(const NormalizedString& text, TextStore& store) const = 0;
  // The same for a text alone.
  std::string normalize(std::string_view text) const;
};

// From tokenizer.json's "normalizer". Throws kUnsupported naming the component, kInvalidInput for a
// broken one.
std::unique_ptr<Normalizer> load_normalizer(const Component& component);

}  // namespace trainer::text
