#include "text/pre_tokenizers/byte_level.hpp"
#include "text/pre_tokenizers/simple.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kSupported =
    "BertPreTokenizer, ByteLevel as the last one, Sequence, Whitespace, WhitespaceSplit, "
    "Punctuation, Digits";

std::unique_ptr<PreTokenizer> load_sequence(const Component& component) {
  const Component list = component.at("pretokenizers");
  std::vector<std::unique_ptr<PreTokenizer>> parts;
  for (std::size_t i = 0; i < list.json.size(); ++i) {
    if (!parts.empty() && parts.back()->makes_bytes()) {
      throw_unsupported(component, list.element(i).type() + " after ByteLevel", kSupported);
    }
    parts.push_back(load_pre_tokenizer(list.element(i)));
  }
  return std::make_unique<SequencePreTokenizer>(std::move(parts));
}

std::unique_ptr<PreTokenizer> load_punctuation(const Component& component) {
  const std::string behavior = string_field_or(component, "behavior", "Isolated");
  if (behavior != "Isolated")
    throw_unsupported(component, "Punctuation with behavior " + behavior, kSupported);
  return std::make_unique<PunctuationPreTokenizer>();
}

}  // namespace

std::unique_ptr<PreTokenizer> load_pre_tokenizer(const Component& component) {
  const std::string type = component.type();
  if (type == "BertPreTokenizer") return std::make_unique<BertPreTokenizer>();
  if (type == "ByteLevel") {
    const ByteLevelOptions options{
        .add_prefix_space = bool_field_or(component, "add_prefix_space", true),
        .use_regex = bool_field_or(component, "use_regex", true)};
    return std::make_unique<ByteLevelPreTokenizer>(options);
  }
  if (type == "Sequence") return load_sequence(component);
  if (type == "Whitespace") return std::make_unique<WhitespacePreTokenizer>();
  if (type == "WhitespaceSplit") return std::make_unique<WhitespaceSplitPreTokenizer>();
  if (type == "Punctuation") return load_punctuation(component);
  if (type == "Digits") {
    const bool one_by_one = bool_field_or(component, "individual_digits", false);
    return std::make_unique<DigitsPreTokenizer>(one_by_one ? DigitGroups::kOneByOne
                                                           : DigitGroups::kTogether);
  }
  throw_unsupported(component, type, kSupported);
}

}  // namespace trainer::text
