#pragma once

#include "text/pre_tokenizers/pre_tokenizer.hpp"
#include "text/regex/pattern.hpp"
#include "text/split_behavior.hpp"

namespace trainer::text {

struct SplitOptions {
  SplitBehavior behavior = SplitBehavior::kIsolated;
  bool invert = false;  // what lies between the matches is what matched
};

class SplitPreTokenizer final : public PreTokenizer {
 public:
  SplitPreTokenizer(std::unique_ptr<Pattern> pattern, SplitOptions options)
      : pattern_(std::move(pattern)), options_(options) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  std::unique_ptr<Pattern> pattern_;
  SplitOptions options_;
};

}  // namespace trainer::text
