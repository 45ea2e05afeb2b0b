#include "core/documents.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include <tracker/error.hpp>

#include "base/non_finite.hpp"

namespace tracker::core {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

Json parse_object(std::string_view text, const char* what) {
  int deepest = 0;
  const auto watch = [&deepest](int depth, Json::parse_event_t, Json&) {
    deepest = std::max(deepest, depth);
    return depth <= kMaxDepth;
  };
  Json value = Json::parse(text.begin(), text.end(), watch, false);
  if (deepest > kMaxDepth)
    throw Error(ErrorCode::kInvalidArgument,
                std::string(what) + " is nested deeper than 64 levels");
  if (!value.is_object())
    throw Error(ErrorCode::kInvalidArgument, std::string(what) + " is not a JSON object");
  return value;
}

void clean(Json& value) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    if (text.find('\0') != std::string::npos) text = without_nul(text);
  } else if (value.is_array()) {
    for (Json& element : value) clean(element);
  } else if (value.is_object()) {
    Json::object_t cleaned;
    for (auto& [key, element] : value.get_ref<Json::object_t&>()) {
      clean(element);
      cleaned[without_nul(key)] = std::move(element);
    }
    value = std::move(cleaned);
  }
}

void merge(Json& base, Json&& patch) {
  for (auto& [key, value] : patch.get_ref<Json::object_t&>()) {
    Json& target = base[key];
    if (target.is_object() && value.is_object())
      merge(target, std::move(value));
    else
      target = std::move(value);
  }
}

Json number(double value) {
  if (const auto name = base::non_finite_name(value)) return *name;
  return value;
}

std::string text_field(const Json& object, const char* name, const char* otherwise) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : otherwise;
}

std::optional<Json> summary_of(const SeriesStats& stats, const Json& definition) {
  std::string how = text_field(definition, "summary", "last");
  if (how == "best") how = text_field(definition, "goal", "minimize") == "maximize" ? "max" : "min";
  const std::uint64_t finite = stats.count - stats.nonfinite;
  if (how == "none" || stats.count == 0) return std::nullopt;
  if (how == "min" && stats.min) return number(*stats.min);
  if (how == "max" && stats.max) return number(*stats.max);
  if (how == "mean" && finite > 0) return number(stats.sum / static_cast<double>(finite));
  return stats.last ? std::optional<Json>(number(*stats.last)) : std::nullopt;
}

}  // namespace

std::string gap_document(const DroppedRecords& dropped) {
  Json patch;
  patch["gaps"][std::to_string(dropped.from_us)] = {
      {"to_us", dropped.to_us}, {"dropped", dropped.count}, {"reason", dropped.reason}};
  return patch.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string fork_document(const ForkNote& fork) {
  Json note = {{"run", fork.run}, {"step", fork.step}};
  if (fork.error) note["error"] = *fork.error;
  return Json{{"fork", std::move(note)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string without_nul(std::string text) {
  for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at + 1))
    text.replace(at, 1, kReplacement);
  return text;
}

std::string merge_objects(std::string_view base, std::string_view patch) {
  Json merged = base.empty() ? Json::object() : parse_object(base, "the stored document");
  Json change = parse_object(patch, "the document");
  clean(change);
  merge(merged, std::move(change));
  return merged.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string fold_summary(std::string_view logged_summary,
                         std::span<const std::pair<std::string, std::string>> definitions,
                         std::span<const NamedStats> keys) {
  Json summary =
      logged_summary.empty() ? Json::object() : parse_object(logged_summary, "the stored summary");
  std::vector<std::pair<std::string_view, Json>> rules;
  for (const auto& [pattern, text] : definitions) {
    Json rule = Json::parse(text, nullptr, false);
    if (rule.is_object()) rules.emplace_back(pattern, std::move(rule));
  }
  for (const NamedStats& key : keys) {
    if (summary.contains(key.name)) continue;
    const Json* rule = nullptr;
    for (const auto& [pattern, definition] : rules)
      if (matches_glob(pattern, key.name)) rule = &definition;
    static const Json kNone = Json::object();
    if (auto value = summary_of(*key.stats, rule != nullptr ? *rule : kNone))
      summary[std::string(key.name)] = *std::move(value);
  }
  return summary.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tracker::core
