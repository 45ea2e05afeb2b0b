#include "text/normalizers/replace.hpp"

namespace trainer::text {

NormalizedString ReplaceNormalizer::normalize(const NormalizedString& text,
                                              TextStore& store) const {
  const std::string_view all = text.text();
  std::size_t at = all.find(pattern_);
  if (at == std::string_view::npos) return text;
  Replacement out(text, store);
  for (; at != std::string_view::npos; at = all.find(pattern_, at + pattern_.size()))
    out.replace(at, at + pattern_.size(), content_);
  return out.finish();
}

}  // namespace trainer::text
