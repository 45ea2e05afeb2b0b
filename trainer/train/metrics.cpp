#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "train/confusion.hpp"
#include "train/probabilities.hpp"

namespace trainer::train {
namespace {

std::span<const float> row_of(std::span<const float> scores, std::size_t row, std::int64_t width) {
  const auto w = static_cast<std::size_t>(width);
  return scores.subspan(row * w, w);
}

// Area of each class against the rest; for two classes of class 1 alone, by the logits' difference,
// which orders rows as the probability does and does not saturate.
std::optional<double> class_area(std::span<const float> scores, std::int64_t classes,
                                 std::span<const std::int64_t> labels, const Confusion& c) {
  const std::int64_t rows = c.rows();
  for (std::int64_t k = 0; k < classes; ++k) {
    if (c.of_label(k) == 0 || c.of_label(k) == rows) return std::nullopt;
  }
  std::vector<std::vector<double>> columns(static_cast<std::size_t>(classes == 2 ? 1 : classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = row_of(scores, i, classes);
    if (classes == 2) {
      columns[0].push_back(static_cast<double>(row[1]) - static_cast<double>(row[0]));
      continue;
    }
    const std::vector<double> p = probabilities(row);
    for (std::size_t k = 0; k < p.size(); ++k) columns[k].push_back(p[k]);
  }
  double total = 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const auto which = static_cast<std::int64_t>(classes == 2 ? 1 : k);
    std::vector<bool> positive;
    for (const std::int64_t label : labels) positive.push_back(label == which);
    total += area_under_curve(columns[k], positive);
  }
  return total / static_cast<double>(columns.size());
}

}  // namespace

double area_under_curve(std::span<const double> scores, const std::vector<bool>& positive) {
  // They have no order, which sorting relies on.
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); }))
    return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double rank_sum = 0, positives = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && scores[order[end]] == scores[order[i]]) ++end;
    const double rank = static_cast<double>(i + end + 1) / 2;
    for (; i < end; ++i) {
      if (!positive[order[i]]) continue;
      rank_sum += rank;
      positives += 1;
    }
  }
  const double negatives = static_cast<double>(scores.size()) - positives;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

double calibration_error(std::span<const float> scores, std::int64_t classes,
                         std::span<const std::int64_t> labels) {
  constexpr std::size_t kBins = 15;
  struct Bin {
    double confidence = 0, hits = 0;
  };
  std::vector<Bin> bins(kBins);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::vector<double> p = probabilities(row_of(scores, i, classes));
    const auto best = std::max_element(p.begin(), p.end());
    if (!std::isfinite(*best)) return std::numeric_limits<double>::quiet_NaN();
    const double place = std::ceil(*best * static_cast<double>(kBins)) - 1;
    Bin& bin = bins[static_cast<std::size_t>(std::clamp(place, 0.0, kBins - 1.0))];
    bin.confidence += *best;
    bin.hits += best - p.begin() == labels[i] ? 1 : 0;
  }
  double error = 0;
  for (const Bin& bin : bins) error += std::abs(bin.hits - bin.confidence);
  return quotient(error, static_cast<double>(labels.size()));
}

std::vector<std::int64_t> predictions(std::span<const float> scores, std::int64_t classes) {
  std::vector<std::int64_t> out;
  const auto width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i + width <= scores.size(); i += width) {
    const auto row = scores.subspan(i, width);
    out.push_back(std::max_element(row.begin(), row.end()) - row.begin());
  }
  return out;
}

Metrics classification_metrics(std::span<const float> scores, std::int64_t classes,
                               std::span<const std::int64_t> labels) {
  const Confusion c = confusion(predictions(scores, classes), labels, classes);
  const double accuracy = quotient(static_cast<double>(c.hits()), static_cast<double>(c.rows()));
  const Quality macro = mean_quality(c, Average::kMacro);
  const Quality quality = classes == 2 ? quality_of(c, 1) : macro;
  Metrics out = {{"accuracy", accuracy},
                 {"f1", quality.f1},
                 {"precision", quality.precision},
                 {"recall", quality.recall},
                 {"f1_macro", macro.f1},
                 {"f1_micro", accuracy},  // of one label a row they are the same
                 {"f1_weighted", mean_quality(c, Average::kWeighted).f1},
                 {"mcc", matthews(c)}};
  if (classes > 1) {
    if (const auto area = class_area(scores, classes, labels, c)) out.emplace_back("auc", *area);
  }
  out.emplace_back("ece", calibration_error(scores, classes, labels));
  return out;
}

}  // namespace trainer::train
