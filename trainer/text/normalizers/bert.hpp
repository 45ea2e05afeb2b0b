#pragma once

#include "text/normalizers/normalizer.hpp"

namespace trainer::text {

struct BertNormalizerOptions {
  bool clean_text = true;            // drop control characters, make every white space a space
  bool handle_chinese_chars = true;  // put spaces around CJK ideographs
  bool strip_accents = true;         // decompose and drop nonspacing marks
  bool lowercase = true;             // character by character
};

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(BertNormalizerOptions options) : options_(options) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;
  const BertNormalizerOptions& options() const noexcept { return options_; }

 private:
  BertNormalizerOptions options_;
};

// "strip_accents": null follows "lowercase".
BertNormalizerOptions load_bert_normalizer(const Component& component);

}  // namespace trainer::text
