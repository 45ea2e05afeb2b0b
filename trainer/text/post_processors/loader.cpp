#include <fmt/format.h>

#include "text/post_processors/template.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kSupported =
    "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence";

// ["[SEP]", 102]
std::int32_t token_pair_id(const Component& component, std::string_view key) {
  return id_value(component.at(key).element(1));
}

std::vector<std::int32_t> special_ids(const Component& special_tokens, const std::string& name) {
  const Component ids = special_tokens.at(name).at("ids");
  if (!ids.json.is_array()) throw_invalid(ids, "is not an array");
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < ids.json.size(); ++i) out.push_back(id_value(ids.element(i)));
  return out;
}

TemplatePart load_part(const Component& part, const Component& special_tokens) {
  TemplatePart out;
  if (part.has("Sequence")) {
    const Component sequence = part.at("Sequence");
    const std::string id = string_field(sequence, "id");
    if (id != "A" && id != "B")
      throw_invalid(sequence, fmt::format("has the id '{}', not A or B", id));
    out.sequence = id == "A" ? SequenceName::kFirst : SequenceName::kSecond;
    out.type_id = id_field(sequence, "type_id");
    return out;
  }
  const Component special = part.at("SpecialToken");
  out.ids = special_ids(special_tokens, string_field(special, "id"));
  out.type_id = id_field(special, "type_id");
  return out;
}

TemplateParts load_parts(const Component& list, const Component& special_tokens) {
  if (!list.json.is_array()) throw_invalid(list, "is not an array");
  TemplateParts parts;
  for (std::size_t i = 0; i < list.json.size(); ++i)
    parts.push_back(load_part(list.element(i), special_tokens));
  return parts;
}

// ByteLevel changes offsets only, so it leaves the other's ids alone.
PostProcessor load_sequence(const Component& component) {
  const Component list = component.at("processors");
  std::optional<PostProcessor> found;
  for (std::size_t i = 0; i < list.json.size(); ++i) {
    const Component part = list.element(i);
    if (part.type() == "ByteLevel") continue;
    if (found)
      throw_unsupported(component, "a Sequence of two processors that add tokens", kSupported);
    found = load_post_processor(part);
  }
  return found.value_or(PostProcessor::plain());
}

}  // namespace

PostProcessor load_post_processor(const Component& component) {
  const std::string type = component.type();
  if (type == "TemplateProcessing") {
    const Component special_tokens = component.at("special_tokens");
    return {.single = load_parts(component.at("single"), special_tokens),
            .pair = load_parts(component.at("pair"), special_tokens)};
  }
  if (type == "BertProcessing") {
    return PostProcessor::bert(token_pair_id(component, "cls"), token_pair_id(component, "sep"));
  }
  if (type == "RobertaProcessing") {
    return PostProcessor::roberta(token_pair_id(component, "cls"), token_pair_id(component, "sep"));
  }
  if (type == "ByteLevel") return PostProcessor::plain();
  if (type == "Sequence") return load_sequence(component);
  throw_unsupported(component, type, kSupported);
}

}  // namespace trainer::text
