#include "text/normalizers/replace.hpp"

namespace trainer::text {

NormalizedString ReplaceNormalizer::normalize(const NormalizedString& text,
                                              TextStore& store) const {
  if (text.text().empty()) return text;
  thread_local std::vector<Match> matches;
  matches.clear();
  pattern_->find(text.text(), matches);
  if (matches.empty()) return text;
  Replacement out(text, store);
  for (const Match& match : matches) out.replace(match.begin, match.end, content_);
  return out.finish();
}

}  // namespace trainer::text
