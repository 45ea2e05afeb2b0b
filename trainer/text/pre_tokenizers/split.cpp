#include "text/pre_tokenizers/split.hpp"

namespace trainer::text {

void SplitPreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  thread_local std::vector<Match> matches;
  matches.clear();
  if (!text.text().empty()) pattern_->find(text.text(), matches);
  Splitter splitter(text, options_.behavior, words);
  std::size_t done = 0;
  for (const Match& match : matches) {
    if (done != match.begin) splitter.part(done, match.begin, options_.invert);
    splitter.part(match.begin, match.end, !options_.invert);
    done = match.end;
  }
  if (done != text.text().size()) splitter.part(done, text.text().size(), options_.invert);
  splitter.finish();
}

}  // namespace trainer::text
