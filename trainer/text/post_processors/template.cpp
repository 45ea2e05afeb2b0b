#include "text/post_processors/template.hpp"

#include <algorithm>

#include "config/error.hpp"
#include "text/post_processors/steps.hpp"

namespace trainer::text {
namespace {

TemplateParts whole(SequenceName name, std::int32_t type_id) {
  TemplatePart part;
  part.sequence = name;
  part.type_id = type_id;
  return {part};
}

template <typename Step, typename... Arguments>
PostProcessor of_one(Arguments... arguments) {
  std::vector<std::unique_ptr<PostProcessorStep>> steps;
  steps.push_back(std::make_unique<Step>(arguments...));
  return PostProcessor(steps);
}

// Offsets of a token whose white space at the edges is left out.
Offset trimmed(const PlacedToken& token, Offset offset, const Trim& trim, bool first) {
  std::uint32_t leading = token.leading_spaces;
  const bool at_beginning = (first && trim.leads) || offset.begin == 0;
  if (at_beginning && trim.add_prefix_space && leading == 1) leading = 0;
  if (token.leading_spaces > 0) offset.begin = std::min(offset.begin + leading, offset.end);
  if (token.trailing_spaces > 0 && offset.end >= token.trailing_spaces)
    offset.end = std::max(offset.end - token.trailing_spaces, offset.begin);
  return offset;
}

void append_offsets(const TemplatePart& part, std::span<const PlacedToken> tokens, Encoding& out) {
  for (const PlacedToken& token : tokens) {
    Offset offset = token.offset;
    for (const Trim& trim : part.trims)
      offset = trimmed(token, offset, trim, &token == tokens.data());
    out.offsets.push_back(offset);
  }
}

}  // namespace

PostProcessor PostProcessor::plain() { return PostProcessor({}); }

PostProcessor PostProcessor::bert(std::int32_t cls, std::int32_t sep) {
  return of_one<BertStep>(cls, sep);
}

PostProcessor PostProcessor::roberta(std::int32_t cls, std::int32_t sep, std::optional<Trim> trim) {
  return of_one<RobertaStep>(cls, sep, trim);
}

PostProcessor::PostProcessor(const std::vector<std::unique_ptr<PostProcessorStep>>& steps) {
  for (const bool pair : {false, true}) {
    for (const auto& step : steps) special_tokens_[pair ? 1 : 0] += step->special_tokens(pair);
    for (const bool special : {false, true}) {
      std::vector<TemplateParts> encodings = {whole(SequenceName::kFirst, 0)};
      if (pair) encodings.push_back(whole(SequenceName::kSecond, 1));
      const bool answered = std::ranges::all_of(
          steps, [&](const auto& step) { return step->apply(encodings, special); });
      if (!answered) continue;
      TemplateParts& parts = parts_[(pair ? 2U : 0U) + (special ? 1U : 0U)].emplace();
      for (const TemplateParts& encoding : encodings)
        parts.insert(parts.end(), encoding.begin(), encoding.end());
      trims_ = trims_ || std::ranges::any_of(
                             parts, [](const TemplatePart& part) { return !part.trims.empty(); });
    }
  }
}

const TemplateParts& PostProcessor::parts(bool pair, bool add_special_tokens) const {
  const auto& parts = parts_[(pair ? 2U : 0U) + (add_special_tokens ? 1U : 0U)];
  if (parts) return *parts;
  throw Error(ErrorCode::kUnsupported,
              std::string("post_processor: TemplateProcessing cannot be applied to ") +
                  (pair ? "a pair" : "a single text") +
                  " after the processors that come before it in its Sequence");
}

Encoding fill(const TemplateParts& parts, std::span<const std::int32_t> first,
              std::span<const std::int32_t> second) {
  Encoding out;
  std::size_t room = 0;
  for (const TemplatePart& part : parts)
    room += part.ids.size() + (part.sequence ? std::max(first.size(), second.size()) : 0);
  out.ids.reserve(room);
  out.type_ids.reserve(room);
  for (const TemplatePart& part : parts) {
    std::span<const std::int32_t> ids = part.ids;
    if (part.sequence) ids = *part.sequence == SequenceName::kFirst ? first : second;
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.type_ids.insert(out.type_ids.end(), ids.size(), part.type_id);
  }
  return out;
}

Encoding fill(const TemplateParts& parts, std::span<const PlacedToken> first,
              std::span<const PlacedToken> second) {
  Encoding out;
  for (const TemplatePart& part : parts) {
    if (!part.sequence) {
      out.ids.insert(out.ids.end(), part.ids.begin(), part.ids.end());
      out.offsets.insert(out.offsets.end(), part.ids.size(), Offset());
    } else {
      const auto tokens = *part.sequence == SequenceName::kFirst ? first : second;
      for (const PlacedToken& token : tokens) out.ids.push_back(token.id);
      append_offsets(part, tokens, out);
    }
    out.type_ids.resize(out.ids.size(), part.type_id);
  }
  return out;
}

}  // namespace trainer::text
