#include "text/regex/pattern.hpp"

#include "config/error.hpp"
#include "text/regex/regex.hpp"
#include "text/regex/scanners.hpp"

namespace trainer::text {

void LiteralPattern::find(std::string_view text, std::vector<Match>& matches) const {
  for (std::size_t at = text.find(text_); at != std::string_view::npos;
       at = text.find(text_, at + text_.size())) {
    matches.push_back({at, at + text_.size()});
  }
}

std::unique_ptr<Pattern> load_pattern(const Component& pattern) {
  if (pattern.has("String")) {
    std::string text = string_field(pattern, "String");
    if (!text.empty()) return std::make_unique<LiteralPattern>(std::move(text));
    return std::make_unique<Regex>("");  // matches nothing, everywhere
  }
  if (!pattern.has("Regex")) throw_invalid(pattern, "is neither a String nor a Regex");
  try {
    std::string text = string_field(pattern, "Regex");
    if (auto known = known_pattern(text)) return known;
    return std::make_unique<Regex>(std::move(text));
  } catch (const Error& error) {
    throw Error(error.code(), pattern.place + ": " + error.what());
  }
}

}  // namespace trainer::text
