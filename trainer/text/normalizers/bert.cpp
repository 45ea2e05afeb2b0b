#include "text/normalizers/bert.hpp"

#include "text/unicode/normal_forms.hpp"
#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// The blocks that the original BERT code lists; the gap at U+2B820 to U+2B91F is the library's.
bool is_chinese(char32_t c) noexcept {
  if (c < 0x3400) return false;
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

template <typename Function>
void for_each_character(std::string_view text, Function&& function) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text.data() + i);
    function(c.code, text.substr(i, c.length));
    i += c.length;
  }
}

std::string clean_and_space(std::string_view text, const BertNormalizerOptions& options) {
  const UnicodeTables& tables = UnicodeTables::get();
  std::string out;
  out.reserve(text.size() + 16);
  for_each_character(text, [&](char32_t c, std::string_view bytes) {
    if (options.clean_text) {
      const std::uint16_t properties = tables.properties(c);
      if ((properties & kCleaned) != 0) return;
      if ((properties & kWhitespace) != 0) return out.push_back(' ');
    }
    const bool spaced = options.handle_chinese_chars && is_chinese(c);
    if (spaced) out.push_back(' ');
    out.append(bytes);
    if (spaced) out.push_back(' ');
  });
  return out;
}

std::string without_accents(std::string_view text) {
  const UnicodeTables& tables = UnicodeTables::get();
  std::string out;
  out.reserve(text.size());
  const std::string decomposed = trainer::text::normalize(NormalForm::kNfd, text);
  for_each_character(decomposed, [&](char32_t c, std::string_view bytes) {
    if (!tables.has(c, kAccent)) out.append(bytes);
  });
  return out;
}

std::string lowered(std::string_view text) {
  const UnicodeTables& tables = UnicodeTables::get();
  std::string out;
  out.reserve(text.size());
  for_each_character(text, [&](char32_t c, std::string_view) { tables.append_lower(out, c); });
  return out;
}

}  // namespace

std::string BertNormalizer::normalize(std::string_view text) const {
  std::string out = clean_and_space(text, options_);
  if (options_.strip_accents && !is_ascii(out)) out = without_accents(out);
  if (options_.lowercase) out = lowered(out);
  return out;
}

BertNormalizerOptions load_bert_normalizer(const Component& component) {
  BertNormalizerOptions options;
  options.clean_text = bool_field_or(component, "clean_text", true);
  options.handle_chinese_chars = bool_field_or(component, "handle_chinese_chars", true);
  options.lowercase = bool_field_or(component, "lowercase", true);
  options.strip_accents = bool_field_or(component, "strip_accents", options.lowercase);
  return options;
}

}  // namespace trainer::text
