#include "text/post_processors/template.hpp"

namespace trainer::text {
namespace {
TemplatePart sequence(SequenceName name, std::int32_t type_id) {
  return {.sequence = name, .ids = {}, .type_id = type_id};
}
TemplatePart special(std::int32_t id, std::int32_t type_id) {
  return {.sequence = {}, .ids = {id}, .type_id = type_id};
}
}  // namespace

PostProcessor PostProcessor::plain() {
  return {.single = {sequence(SequenceName::kFirst, 0)},
          .pair = {sequence(SequenceName::kFirst, 0), sequence(SequenceName::kSecond, 1)}};
}

PostProcessor PostProcessor::bert(std::int32_t cls, std::int32_t sep) {
  PostProcessor made;
  made.single = {special(cls, 0), sequence(SequenceName::kFirst, 0), special(sep, 0)};
  made.pair = made.single;
  made.pair.push_back(sequence(SequenceName::kSecond, 1));
  made.pair.push_back(special(sep, 1));
  return made;
}

PostProcessor PostProcessor::roberta(std::int32_t cls, std::int32_t sep) {
  PostProcessor made;
  made.single = {special(cls, 0), sequence(SequenceName::kFirst, 0), special(sep, 0)};
  made.pair = made.single;
  made.pair.push_back(special(sep, 0));
  made.pair.push_back(sequence(SequenceName::kSecond, 0));
  made.pair.push_back(special(sep, 0));
  return made;
}

std::size_t PostProcessor::special_tokens(const TemplateParts& parts) noexcept {
  std::size_t count = 0;
  for (const TemplatePart& part : parts) count += part.ids.size();
  return count;
}

Encoding fill(const TemplateParts& parts, const TemplateInput& input) {
  Encoding out;
  const std::size_t room =
      input.first.size() + input.second.size() + PostProcessor::special_tokens(parts);
  out.ids.reserve(room);
  out.type_ids.reserve(room);
  for (const TemplatePart& part : parts) {
    if (!part.sequence && !input.add_special_tokens) continue;
    std::span<const std::int32_t> ids = part.ids;
    if (part.sequence) ids = *part.sequence == SequenceName::kFirst ? input.first : input.second;
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.type_ids.insert(out.type_ids.end(), ids.size(), part.type_id);
  }
  return out;
}

}  // namespace trainer::text
