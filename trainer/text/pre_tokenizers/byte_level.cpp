#include "text/pre_tokenizers/byte_level.hpp"

#include "text/normalizers/simple.hpp"
#include "text/regex/scanners.hpp"

namespace trainer::text {
void ByteLevelPreTokenizer::split(const NormalizedString& text, TextStore& store,
                                  Words& words) const {
  if (text.text().empty()) return;
  const bool prefixed = options_.add_prefix_space && text.text()[0] != ' ';
  const NormalizedString whole = prefixed ? prepend(text, " ", store) : text;
  const std::size_t first = words.size();
  if (options_.use_regex) {
    for (std::string_view rest = whole.text(); !rest.empty();) {
      const std::size_t length = gpt2_word_length(rest);
      words.push_back(whole.slice(rest.substr(0, length)));
      rest.remove_prefix(length);
    }
  } else {
    words.push_back(whole);
  }
  if (options_.unit == WordUnit::kBytes) return;
  for (std::size_t i = first; i < words.size(); ++i)
    words[i] = ByteLevelNormalizer().normalize(words[i], store);
}

}  // namespace trainer::text
