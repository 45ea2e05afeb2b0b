#include <fmt/format.h>

#include "text/post_processors/steps.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kPostProcessors =
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

std::optional<Trim> load_trim(const Component& component) {
  if (!bool_field_or(component, "trim_offsets", true)) return std::nullopt;
  Trim trim;
  trim.add_prefix_space = bool_field_or(component, "add_prefix_space", true);
  return trim;
}

using Steps = std::vector<std::unique_ptr<PostProcessorStep>>;

void load_steps(const Component& component, Steps& steps) {
  const std::string type = component.type();
  if (type == "TemplateProcessing") {
    const Component special_tokens = component.at("special_tokens");
    steps.push_back(
        std::make_unique<TemplateStep>(load_parts(component.at("single"), special_tokens),
                                       load_parts(component.at("pair"), special_tokens)));
  } else if (type == "BertProcessing") {
    steps.push_back(std::make_unique<BertStep>(token_pair_id(component, "cls"),
                                               token_pair_id(component, "sep")));
  } else if (type == "RobertaProcessing") {
    steps.push_back(std::make_unique<RobertaStep>(
        token_pair_id(component, "cls"), token_pair_id(component, "sep"), load_trim(component)));
  } else if (type == "ByteLevel") {
    steps.push_back(std::make_unique<ByteLevelStep>(load_trim(component)));
  } else if (type == "Sequence") {
    const Component list = component.at("processors");
    if (!list.json.is_array()) throw_invalid(list, "is not an array");
    for (std::size_t i = 0; i < list.json.size(); ++i) load_steps(list.element(i), steps);
  } else {
    throw_unsupported(component, type, kPostProcessors);
  }
}

}  // namespace

PostProcessor load_post_processor(const Component& component) {
  Steps steps;
  load_steps(component, steps);
  return PostProcessor(steps);
}

}  // namespace trainer::text
