#include "text/normalizers/simple.hpp"

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

std::string LowercaseNormalizer::normalize(std::string_view text) const {
  const UnicodeTables& tables = UnicodeTables::get();
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text.data() + i);
    tables.append_lower(out, c.code);
    i += c.length;
  }
  return out;
}

std::string FormNormalizer::normalize(std::string_view text) const {
  return trainer::text::normalize(form_, text);
}

std::string StripAccentsNormalizer::normalize(std::string_view text) const {
  const UnicodeTables& tables = UnicodeTables::get();
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text.data() + i);
    if (!tables.has(c.code, kMark)) out.append(text.substr(i, c.length));
    i += c.length;
  }
  return out;
}

std::string StripNormalizer::normalize(std::string_view text) const {
  const UnicodeTables& tables = UnicodeTables::get();
  while (sides_.left && !text.empty()) {
    const Decoded c = decode(text.data());
    if (!tables.has(c.code, kWhitespace)) break;
    text.remove_prefix(c.length);
  }
  while (sides_.right && !text.empty()) {
    const Decoded c = decode_last(text);
    if (!tables.has(c.code, kWhitespace)) break;
    text.remove_suffix(c.length);
  }
  return std::string(text);
}

ReplaceNormalizer::ReplaceNormalizer(std::string pattern, std::string content)
    : pattern_(std::move(pattern)), content_(std::move(content)) {}

std::string ReplaceNormalizer::normalize(std::string_view text) const {
  if (pattern_.empty()) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t from = 0;;) {
    const std::size_t at = text.find(pattern_, from);
    out.append(text.substr(from, at - from));
    if (at == std::string_view::npos) return out;
    out.append(content_);
    from = at + pattern_.size();
  }
}

std::string PrependNormalizer::normalize(std::string_view text) const {
  return text.empty() ? std::string() : prefix_ + std::string(text);
}

std::string SequenceNormalizer::normalize(std::string_view text) const {
  std::string out(text);
  for (const auto& part : parts_) out = part->normalize(out);
  return out;
}

}  // namespace trainer::text
