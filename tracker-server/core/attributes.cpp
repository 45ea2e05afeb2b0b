#include "core/attributes.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/non_finite.hpp"

namespace tracker::core {
namespace {

using Json = nlohmann::json;
using Leaves = std::map<std::string, Attribute>;

constexpr int kDeepest = 16;

std::string cut(std::string text) {
  if (text.size() <= kAttributeTextBytes) return text;
  auto end = kAttributeTextBytes;
  while (end > 0 && (text[end] & '\xC0') == '\x80') --end;
  text.resize(end);
  return text;
}

Attribute number(AttributeSource source, std::string name, double value) {
  // PostgreSQL sorts NaN above all numbers and takes it for equal to itself: as a text it is
  // neither large nor small.
  if (std::isnan(value)) return {source, std::move(name), std::nullopt, "NaN"};
  return {source, std::move(name), value == 0 ? 0.0 : value, {}};
}

Attribute leaf(AttributeSource source, const std::string& path, const Json& value) {
  if (value.is_number()) return number(source, path, value.get<double>());
  if (value.is_boolean()) return {source, path, std::nullopt, value.get<bool>() ? "true" : "false"};
  if (!value.is_string())
    return {source, path, std::nullopt,
            cut(value.dump(-1, ' ', false, Json::error_handler_t::replace))};
  const auto& text = value.get_ref<const std::string&>();
  // A summary writes numbers that are not finite as texts.
  if (const auto number = base::non_finite_number(text);
      source == AttributeSource::kSummary && number && !std::isnan(*number))
    return {source, path, *number, {}};
  return {source, path, std::nullopt, cut(without_nul(text))};
}

void flatten(Leaves& leaves, AttributeSource source, const std::string& path, const Json& value,
             int depth) {
  if (value.is_object() && depth < kDeepest) {
    for (const auto& [key, child] : value.items())
      flatten(leaves, source, depth == 0 ? key : path + "." + key, child, depth + 1);
    return;
  }
  const bool empty = value.is_null() || (value.is_object() && value.empty());
  if (empty || path.size() > kAttributeNameBytes) return;
  leaves.try_emplace(path, leaf(source, path, value));
}

void add_document(std::vector<Attribute>& out, AttributeSource source, std::string_view text) {
  const auto document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return;
  Leaves leaves;
  flatten(leaves, source, {}, document, 0);
  for (auto& [path, attribute] : leaves) out.push_back(std::move(attribute));
}

// By the last definition that matches; empty without one, or without a goal.
std::string goal_of(std::string_view name,
                    std::span<const std::pair<std::string, Json>> definitions) {
  for (std::size_t i = definitions.size(); i-- > 0;) {
    if (!matches_glob(definitions[i].first, name)) continue;
    const auto goal = definitions[i].second.find("goal");
    return goal != definitions[i].second.end() && goal->is_string() ? goal->get<std::string>()
                                                                    : std::string();
  }
  return {};
}

void add_metric(std::vector<Attribute>& out, const NamedStats& key, const std::string& goal) {
  const SeriesStats& stats = *key.stats;
  const std::string name(key.name);
  const auto finite = stats.count - stats.nonfinite;
  if (name.size() > kAttributeNameBytes || stats.count == 0) return;
  if (stats.last) out.push_back(number(AttributeSource::kLast, name, *stats.last));
  if (stats.min) out.push_back(number(AttributeSource::kMin, name, *stats.min));
  if (stats.max) out.push_back(number(AttributeSource::kMax, name, *stats.max));
  if (finite > 0)
    out.push_back(number(AttributeSource::kMean, name, stats.sum / static_cast<double>(finite)));
  const auto& best = goal == "maximize" ? stats.max : goal == "minimize" ? stats.min : std::nullopt;
  if (best) out.push_back(number(AttributeSource::kBest, name, *best));
}

}  // namespace

std::vector<Attribute> attributes_of(
    std::string_view config, std::string_view summary,
    std::span<const std::pair<std::string, std::string>> definitions,
    std::span<const NamedStats> keys) {
  std::vector<Attribute> out;
  add_document(out, AttributeSource::kConfig, config);
  add_document(out, AttributeSource::kSummary, summary);
  std::vector<std::pair<std::string, Json>> rules;
  for (const auto& [pattern, text] : definitions) {
    auto rule = Json::parse(text, nullptr, false);
    if (rule.is_object()) rules.emplace_back(pattern, std::move(rule));
  }
  std::map<std::string_view, NamedStats> by_name;
  for (const auto& key : keys) by_name.emplace(key.name, key);
  for (const auto& [name, key] : by_name) add_metric(out, key, goal_of(name, rules));
  if (out.size() > kMostAttributes) out.resize(kMostAttributes);
  return out;
}

}  // namespace tracker::core
