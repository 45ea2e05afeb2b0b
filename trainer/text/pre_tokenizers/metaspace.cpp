#include "text/pre_tokenizers/metaspace.hpp"

#include <algorithm>

#include "text/split_behavior.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

MetaspacePreTokenizer::MetaspacePreTokenizer(MetaspaceOptions options) : options_(options) {
  append(replacement_, options_.replacement);
}

void MetaspacePreTokenizer::split(const NormalizedString& text, TextStore& store,
                                  Words& words) const {
  const std::string_view all = text.text();
  const bool begins = all.starts_with(replacement_) || all.starts_with(' ');
  const bool first = options_.prepend_scheme == PrependScheme::kAlways ||
                     (options_.prepend_scheme == PrependScheme::kFirst && text.at_origin());
  Replacement out(text, store);
  if (first && !begins && !all.empty()) out.insert_at_beginning(replacement_);
  for (std::size_t at = all.find(' '); at != std::string_view::npos; at = all.find(' ', at + 1))
    out.replace(at, at + 1, replacement_);
  const NormalizedString whole = out.finish();
  if (whole.text().empty()) return;
  if (!options_.split) return words.push_back(whole);
  std::size_t start = 0;
  const std::string_view written = whole.text();
  for (std::size_t at = 0; at != std::string_view::npos; start = at) {
    at = written.find(replacement_, start + 1);
    const NormalizedString word = whole.slice(start, std::min(at, written.size()));
    if (!word.text().empty()) words.push_back(word);
  }
}

MetaspaceOptions load_metaspace(const Component& component) {
  MetaspaceOptions options;
  options.replacement = character_field(component, "replacement");
  const std::string scheme = string_field_or(component, "prepend_scheme", "always");
  if (scheme == "first") {
    options.prepend_scheme = PrependScheme::kFirst;
  } else if (scheme == "never") {
    options.prepend_scheme = PrependScheme::kNever;
  } else if (scheme != "always") {
    throw_unsupported(component, "prepend_scheme " + scheme, "always, first, never");
  }
  if (!bool_field_or(component, "add_prefix_space", true))
    options.prepend_scheme = PrependScheme::kNever;
  options.split = bool_field_or(component, "split", true);
  return options;
}

}  // namespace trainer::text
