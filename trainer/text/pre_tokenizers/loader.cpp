#include <fmt/format.h>

#include "text/pre_tokenizers/byte_level.hpp"
#include "text/pre_tokenizers/metaspace.hpp"
#include "text/pre_tokenizers/simple.hpp"
#include "text/pre_tokenizers/split.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kBehaviors =
    "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous";
constexpr std::string_view kPreTokenizers =
    "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, "
    "Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit";

std::unique_ptr<PreTokenizer> load_pre_tokenizers(const Component& component, WordUnit unit) {
  const Component list = component.at("pretokenizers");
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  std::vector<std::unique_ptr<PreTokenizer>> parts;
  for (std::size_t i = 0; i < list.json.size(); ++i) {
    const bool last = i + 1 == list.json.size();
    parts.push_back(load_pre_tokenizer(list.element(i), last ? unit : WordUnit::kCharacters));
  }
  return std::make_unique<SequencePreTokenizer>(std::move(parts));
}

SplitBehavior load_behavior(const Component& component, const std::string& name) {
  const std::optional<SplitBehavior> behavior = split_behavior(name);
  if (!behavior) throw_unsupported(component, "behavior " + name, kBehaviors);
  return *behavior;
}

std::unique_ptr<PreTokenizer> load_byte_level(const Component& component, WordUnit unit) {
  const ByteLevelOptions options{
      .add_prefix_space = bool_field_or(component, "add_prefix_space", true),
      .use_regex = bool_field_or(component, "use_regex", true),
      .unit = unit};
  return std::make_unique<ByteLevelPreTokenizer>(options);
}

std::unique_ptr<PreTokenizer> load_split(const Component& component) {
  SplitOptions options;
  options.behavior = load_behavior(component, string_field(component, "behavior"));
  options.invert = bool_field_or(component, "invert", false);
  return std::make_unique<SplitPreTokenizer>(load_pattern(component.at("pattern")), options);
}

std::unique_ptr<PreTokenizer> load_fixed_length(const Component& component) {
  const std::int32_t length = component.has("length") ? id_field(component, "length") : 5;
  if (length == 0) throw_invalid(component, "has the length 0");
  return std::make_unique<FixedLengthPreTokenizer>(static_cast<std::size_t>(length));
}

std::unique_ptr<PreTokenizer> load_digits(const Component& component) {
  const bool one_by_one = bool_field_or(component, "individual_digits", false);
  return std::make_unique<DigitsPreTokenizer>(one_by_one ? DigitGroups::kOneByOne
                                                         : DigitGroups::kTogether);
}

}  // namespace

std::unique_ptr<PreTokenizer> load_pre_tokenizer(const Component& component, WordUnit unit) {
  const std::string type = component.type();
  if (type == "BertPreTokenizer") return std::make_unique<BertPreTokenizer>();
  if (type == "ByteLevel") return load_byte_level(component, unit);
  if (type == "CharDelimiterSplit") {
    return std::make_unique<CharDelimiterSplitPreTokenizer>(
        character_field(component, "delimiter"));
  }
  if (type == "Digits") return load_digits(component);
  if (type == "FixedLength") return load_fixed_length(component);
  if (type == "Metaspace")
    return std::make_unique<MetaspacePreTokenizer>(load_metaspace(component));
  if (type == "Punctuation") {
    return std::make_unique<PunctuationPreTokenizer>(
        load_behavior(component, string_field_or(component, "behavior", "Isolated")));
  }
  if (type == "Sequence") return load_pre_tokenizers(component, unit);
  if (type == "Split") return load_split(component);
  if (type == "UnicodeScripts") return std::make_unique<UnicodeScriptsPreTokenizer>();
  if (type == "Whitespace") return std::make_unique<WhitespacePreTokenizer>();
  if (type == "WhitespaceSplit") return std::make_unique<WhitespaceSplitPreTokenizer>();
  throw_unsupported(component, type, kPreTokenizers);
}

bool ends_with_byte_level(const Component& component) {
  if (component.type() != "Sequence") return component.type() == "ByteLevel";
  const Component list = component.at("pretokenizers");
  if (!list.json.is_array() || list.json.empty()) return false;
  return ends_with_byte_level(list.element(list.json.size() - 1));
}

}  // namespace trainer::text
