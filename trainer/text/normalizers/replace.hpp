#pragma once

#include "text/normalizers/normalizer.hpp"
#include "text/regex/pattern.hpp"

namespace trainer::text {

class ReplaceNormalizer final : public Normalizer {  // every match by the same content
 public:
  ReplaceNormalizer(std::unique_ptr<Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  std::unique_ptr<Pattern> pattern_;
  std::string content_;
};

}  // namespace trainer::text
