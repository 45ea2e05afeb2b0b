#include "data/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/printable.hpp"

namespace trainer::data {
namespace {

constexpr std::size_t kMaxClasses = 100;

std::vector<std::pair<std::string, std::uint64_t>> count_classes(const Dataset& dataset) {
  std::vector<std::uint64_t> counts(dataset.label_names.size(), 0);
  const auto add = [&counts](std::size_t index) {
    if (index >= counts.size()) counts.resize(index + 1, 0);
    ++counts[index];
  };
  for (const Example& row : dataset.rows) {
    if (dataset.problem_type == ProblemType::kSingleLabel) {
      add(static_cast<std::size_t>(row.label));
    } else if (dataset.problem_type == ProblemType::kMultiLabel) {
      for (std::size_t i = 0; i < row.targets.size(); ++i) {
        if (row.targets[i] >= 0.5F) add(i);
      }
    }
  }
  std::vector<std::pair<std::string, std::uint64_t>> named;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    named.emplace_back(i < dataset.label_names.size() ? dataset.label_names[i] : std::to_string(i),
                       counts[i]);
  }
  return named;
}

}  // namespace

Summary summarize(const Dataset& dataset, std::span<const std::int64_t> offsets,
                  std::int64_t limit) {
  constexpr std::int64_t kFirstBin = 16;
  Summary summary{.rows = dataset.rows.size(),
                  .class_counts = count_classes(dataset),
                  .token_lengths = {{kFirstBin, 0}}};
  if (offsets.size() < 2) return summary;
  summary.shortest = offsets[1] - offsets[0];
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const std::int64_t length = offsets[i + 1] - offsets[i];
    summary.shortest = std::min(summary.shortest, length);
    summary.longest = std::max(summary.longest, length);
    if (length >= limit) ++summary.at_limit;
    std::size_t bin = 0;
    while (length > kFirstBin << bin) ++bin;
    while (summary.token_lengths.size() <= bin)
      summary.token_lengths.emplace_back(kFirstBin << summary.token_lengths.size(), 0);
    ++summary.token_lengths[bin].second;
  }
  summary.mean_length = static_cast<double>(offsets.back() - offsets.front()) /
                        static_cast<double>(offsets.size() - 1);
  return summary;
}

nlohmann::ordered_json to_json(const Summary& summary) {
  nlohmann::ordered_json json = {{"rows", summary.rows}};
  if (!summary.class_counts.empty() && summary.class_counts.size() <= kMaxClasses) {
    for (const auto& [name, count] : summary.class_counts)
      json["class_counts"][config::printable(name)] = count;
  }
  nlohmann::ordered_json& lengths = json["token_lengths"];
  for (const auto& [up_to, count] : summary.token_lengths) {
    lengths["up_to"].push_back(up_to);
    lengths["rows"].push_back(count);
  }
  lengths["min"] = summary.shortest;
  lengths["max"] = summary.longest;
  lengths["mean"] = summary.mean_length;
  lengths["at_limit"] = summary.at_limit;
  return json;
}

std::string to_text(const Summary& summary) {
  std::string text = fmt::format("{} rows; ", summary.rows);
  const std::size_t shown = std::min<std::size_t>(summary.class_counts.size(), 10);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [name, count] = summary.class_counts[i];
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", config::printable(name, 40), count);
  }
  if (shown < summary.class_counts.size())
    text += fmt::format(" and {} more classes", summary.class_counts.size() - shown);
  if (shown > 0) text += "; ";
  text += fmt::format("{} to {} tokens, {:.0f} on average", summary.shortest, summary.longest,
                      summary.mean_length);
  if (summary.at_limit > 0)
    text += fmt::format(", {} rows of {} or cut there", summary.at_limit, summary.longest);
  return text;
}

}  // namespace trainer::data
