#pragma once

#include "text/normalizers/normalizer.hpp"

namespace trainer::text {

class ReplaceNormalizer final : public Normalizer {
 public:
  ReplaceNormalizer(std::string pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  std::string pattern_;
  std::string content_;
};

}  // namespace trainer::text
