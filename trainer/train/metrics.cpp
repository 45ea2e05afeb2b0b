#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace trainer::train {
namespace {

double quotient(double a, double b) { return b == 0.0 ? 0.0 : a / b; }

struct Confusion {
  std::int64_t classes = 0;
  std::vector<double> counts;  // [label, prediction]

  double at(std::int64_t label, std::int64_t prediction) const {
    return counts[static_cast<std::size_t>(label * classes + prediction)];
  }
  double of_label(std::int64_t c) const {
    double total = 0;
    for (std::int64_t p = 0; p < classes; ++p) total += at(c, p);
    return total;
  }
  double of_prediction(std::int64_t c) const {
    double total = 0;
    for (std::int64_t l = 0; l < classes; ++l) total += at(l, c);
    return total;
  }
};

Confusion confusion(std::span<const std::int64_t> predicted, std::span<const std::int64_t> labels,
                    std::int64_t classes) {
  Confusion out{classes, std::vector<double>(static_cast<std::size_t>(classes * classes), 0.0)};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    out.counts[static_cast<std::size_t>(labels[i] * classes + predicted[i])] += 1;
  }
  return out;
}

struct Quality {
  double precision = 0, recall = 0, f1 = 0;
};

Quality quality_of(const Confusion& c, std::int64_t which) {
  const double hit = c.at(which, which);
  return {.precision = quotient(hit, c.of_prediction(which)),
          .recall = quotient(hit, c.of_label(which)),
          .f1 = quotient(2 * hit, c.of_prediction(which) + c.of_label(which))};
}

Quality mean_quality(const Confusion& c) {
  Quality mean;
  double present = 0;
  for (std::int64_t k = 0; k < c.classes; ++k) {
    if (c.of_label(k) == 0 && c.of_prediction(k) == 0) continue;
    const Quality one = quality_of(c, k);
    mean.precision += one.precision;
    mean.recall += one.recall;
    mean.f1 += one.f1;
    present += 1;
  }
  return {quotient(mean.precision, present), quotient(mean.recall, present),
          quotient(mean.f1, present)};
}

// Matthews' correlation for any number of classes (Gorodkin, 2004).
double matthews(const Confusion& c, double rows) {
  double hits = 0, products = 0, squares_label = 0, squares_prediction = 0;
  for (std::int64_t k = 0; k < c.classes; ++k) {
    hits += c.at(k, k);
    products += c.of_label(k) * c.of_prediction(k);
    squares_label += c.of_label(k) * c.of_label(k);
    squares_prediction += c.of_prediction(k) * c.of_prediction(k);
  }
  return quotient(hits * rows - products,
                  std::sqrt((rows * rows - squares_prediction) * (rows * rows - squares_label)));
}

// Probability that a row of class 1 scores above one of class 0; equal scores count half.
double area_under_curve(std::span<const float> scores, std::span<const std::int64_t> labels) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  const auto margin = [&](std::size_t i) { return scores[2 * i + 1] - scores[2 * i]; };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return margin(a) < margin(b); });
  double rank_sum = 0, positives = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && margin(order[end]) == margin(order[i])) ++end;
    const double rank = static_cast<double>(i + end + 1) / 2;
    for (; i < end; ++i) {
      if (labels[order[i]] != 1) continue;
      rank_sum += rank;
      positives += 1;
    }
  }
  const double negatives = static_cast<double>(labels.size()) - positives;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

}  // namespace

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
  const auto predicted = predictions(scores, classes);
  const Confusion c = confusion(predicted, labels, classes);
  const auto rows = static_cast<double>(labels.size());
  double hits = 0;
  for (std::int64_t k = 0; k < classes; ++k) hits += c.at(k, k);
  const Quality quality = classes == 2 ? quality_of(c, 1) : mean_quality(c);
  Metrics out = {{"accuracy", quotient(hits, rows)},
                 {"f1", quality.f1},
                 {"precision", quality.precision},
                 {"recall", quality.recall},
                 {"mcc", matthews(c, rows)}};
  if (classes == 2 && c.of_label(0) > 0 && c.of_label(1) > 0)
    out.emplace_back("auc", area_under_curve(scores, labels));
  return out;
}

}  // namespace trainer::train
