#include "text/normalizers/bert.hpp"
#include "text/normalizers/precompiled.hpp"
#include "text/normalizers/replace.hpp"
#include "text/normalizers/simple.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kNormalizers =
    "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, "
    "Replace, Sequence, Strip, StripAccents";

std::unique_ptr<Normalizer> load_normalizers(const Component& component) {
  const Component list = component.at("normalizers");
  std::vector<std::unique_ptr<Normalizer>> parts;
  for (std::size_t i = 0; i < list.json.size(); ++i)
    parts.push_back(load_normalizer(list.element(i)));
  return std::make_unique<SequenceNormalizer>(std::move(parts));
}

}  // namespace

std::unique_ptr<Normalizer> load_normalizer(const Component& component) {
  const std::string type = component.type();
  if (type == "BertNormalizer")
    return std::make_unique<BertNormalizer>(load_bert_normalizer(component));
  if (type == "Sequence") return load_normalizers(component);
  if (type == "Nmt") return std::make_unique<NmtNormalizer>();
  if (type == "ByteLevel") return std::make_unique<ByteLevelNormalizer>();
  if (type == "Lowercase") return std::make_unique<LowercaseNormalizer>();
  if (type == "NFC") return std::make_unique<FormNormalizer>(NormalForm::kNfc);
  if (type == "NFD") return std::make_unique<FormNormalizer>(NormalForm::kNfd);
  if (type == "NFKC") return std::make_unique<FormNormalizer>(NormalForm::kNfkc);
  if (type == "NFKD") return std::make_unique<FormNormalizer>(NormalForm::kNfkd);
  if (type == "StripAccents") return std::make_unique<StripAccentsNormalizer>();
  if (type == "Strip") {
    const StripSides sides{.left = bool_field_or(component, "strip_left", true),
                           .right = bool_field_or(component, "strip_right", true)};
    return std::make_unique<StripNormalizer>(sides);
  }
  if (type == "Replace") {
    return std::make_unique<ReplaceNormalizer>(load_pattern(component.at("pattern")),
                                               string_field(component, "content"));
  }
  if (type == "Precompiled") return load_precompiled(component);
  if (type == "Prepend")
    return std::make_unique<PrependNormalizer>(string_field(component, "prepend"));
  throw_unsupported(component, type, kNormalizers);
}

}  // namespace trainer::text
