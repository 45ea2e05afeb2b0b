#include "text/normalizers/bert.hpp"

#include <algorithm>

#include "text/normalizers/simple.hpp"
#include "text/unicode/properties.hpp"

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

NormalizedString cleaned(const NormalizedString& text, TextStore& store) {
  const UnicodeTables& tables = UnicodeTables::get();
  const auto plain = [](unsigned char c) { return c >= 0x20 && c < 0x7F; };
  if (text.fully_aligned() && std::ranges::all_of(text.text(), plain)) return text;
  return filter_map(
      text, store, [&tables](char32_t c) { return !tables.has(c, kCleaned); },
      [&tables](char32_t c) { return tables.has(c, kWhitespace) ? U' ' : c; });
}

NormalizedString with_spaces_around_chinese(const NormalizedString& text, TextStore& store) {
  if (text.fully_aligned() && is_ascii(text.text())) return text;
  Transform out(text, store);
  for_each_character(text.text(), [&out](char32_t c, std::string_view bytes) {
    if (!is_chinese(c)) return out.put(bytes, 0);
    out.put(" ", 0);
    out.put(bytes, 1);
    out.put(" ", 1);
  });
  return out.finish();
}

NormalizedString without_accents(const NormalizedString& text, TextStore& store) {
  if (text.fully_aligned() && is_ascii(text.text())) return text;
  const UnicodeTables& tables = UnicodeTables::get();
  return filter_map(
      FormNormalizer(NormalForm::kNfd).normalize(text, store), store,
      [&tables](char32_t c) { return !tables.has(c, kAccent); }, [](char32_t c) { return c; });
}

}  // namespace

NormalizedString BertNormalizer::normalize(const NormalizedString& text, TextStore& store) const {
  NormalizedString out = text;
  if (options_.clean_text) out = cleaned(out, store);
  if (options_.handle_chinese_chars) out = with_spaces_around_chinese(out, store);
  if (options_.strip_accents) out = without_accents(out, store);
  if (options_.lowercase) out = LowercaseNormalizer().normalize(out, store);
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
