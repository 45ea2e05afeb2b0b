#pragma once

#include "text/pre_tokenizers/pre_tokenizer.hpp"

namespace trainer::text {

enum class PrependScheme { kAlways, kFirst, kNever };

struct MetaspaceOptions {
  char32_t replacement = U'\u2581';  // stands for a space
  PrependScheme prepend_scheme = PrependScheme::kAlways;
  bool split = true;  // a word begins at each replacement
};

// Spaces become a visible character, which is also put before a text that does not begin with it:
// always, never, or only where the whole text begins.
class MetaspacePreTokenizer final : public PreTokenizer {
 public:
  explicit MetaspacePreTokenizer(MetaspaceOptions options);
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  MetaspaceOptions options_;
  std::string replacement_;
};

// Also of a decoder. Knows the old spelling "add_prefix_space".
MetaspaceOptions load_metaspace(const Component& component);

}  // namespace trainer::text
