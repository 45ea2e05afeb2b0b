#include "text/post_processors/steps.hpp"

#include <numeric>

namespace trainer::text {
namespace {

TemplatePart special(std::int32_t id, std::int32_t type_id) {
  TemplatePart part;
  part.ids = {id};
  part.type_id = type_id;
  return part;
}

void add_trim(std::vector<TemplateParts>& encodings, const std::optional<Trim>& trim) {
  if (!trim) return;
  for (TemplateParts& encoding : encodings) {
    for (TemplatePart& part : encoding) {
      if (!part.sequence) continue;
      part.trims.push_back(*trim);
      part.trims.back().leads = &part == encoding.data();
    }
  }
}

}  // namespace

bool TemplateStep::apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const {
  if (encodings.empty() || encodings.size() > 2) return false;
  std::vector<TemplateParts> out;
  for (const TemplatePart& part : encodings.size() == 2 ? pair_ : single_) {
    if (!part.sequence) {
      if (add_special_tokens) out.push_back({part});
      continue;
    }
    const std::size_t index = *part.sequence == SequenceName::kFirst ? 0 : 1;
    if (index >= encodings.size()) return false;
    out.push_back(encodings[index]);
    for (TemplatePart& typed : out.back()) typed.type_id = part.type_id;
  }
  encodings = std::move(out);
  return true;
}

std::size_t TemplateStep::special_tokens(bool pair) const {
  const TemplateParts& parts = pair ? pair_ : single_;
  return std::accumulate(
      parts.begin(), parts.end(), std::size_t{0},
      [](std::size_t sum, const TemplatePart& part) { return sum + part.ids.size(); });
}

bool BertStep::apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const {
  if (!add_special_tokens) return true;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    TemplateParts& parts = encodings[i];
    if (i == 0) parts.insert(parts.begin(), special(cls_, 0));
    parts.push_back(special(sep_, i == 0 ? 0 : 1));
  }
  return true;
}

bool RobertaStep::apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const {
  add_trim(encodings, trim_);
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    TemplateParts& parts = encodings[i];
    for (TemplatePart& part : parts) part.type_id = 0;
    if (!add_special_tokens) continue;
    parts.insert(parts.begin(), special(i == 0 ? cls_ : sep_, 0));
    parts.push_back(special(sep_, 0));
  }
  return true;
}

bool ByteLevelStep::apply(std::vector<TemplateParts>& encodings, bool) const {
  add_trim(encodings, trim_);
  return true;
}

}  // namespace trainer::text
