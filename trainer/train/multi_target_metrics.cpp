#include <algorithm>
#include <cmath>
#include <numeric>

#include "train/confusion.hpp"
#include "train/metrics.hpp"

// Metrics of rows with several labels, and of numbers.
namespace trainer::train {
namespace {

// One label's cells, or those of all.
struct Cells {
  double hits = 0, predicted = 0, there = 0;

  double f1() const { return quotient(2 * hits, predicted + there); }
};

std::vector<double> column(std::span<const float> values, std::size_t width, std::size_t which) {
  std::vector<double> out;
  for (std::size_t i = which; i < values.size(); i += width)
    out.push_back(static_cast<double>(values[i]));
  return out;
}

double mean(const std::vector<double>& values) {
  return quotient(std::accumulate(values.begin(), values.end(), 0.0),
                  static_cast<double>(values.size()));
}

// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = static_cast<double>(i + end + 1) / 2;
    for (; i < end; ++i) out[order[i]] = rank;
  }
  return out;
}

// Pearson's correlation; NaN when one side is constant.
double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double of_a = mean(a), of_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - of_a) * (b[i] - of_b);
    aa += (a[i] - of_a) * (a[i] - of_a);
    bb += (b[i] - of_b) * (b[i] - of_b);
  }
  return ab / std::sqrt(aa * bb);
}

// scikit-learn's r2_score: a constant truth that is met exactly scores 1, else 0.
double r_squared(const std::vector<double>& predicted, const std::vector<double>& truth) {
  const double middle = mean(truth);
  double residual = 0, total = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    residual += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
    total += (truth[i] - middle) * (truth[i] - middle);
  }
  if (total == 0) return residual == 0 ? 1.0 : 0.0;
  return 1.0 - residual / total;
}

// Mean of the labels' areas; NaN when one has rows of one kind only.
double label_area(std::span<const float> scores, std::size_t width,
                  std::span<const float> targets) {
  double total = 0;
  for (std::size_t k = 0; k < width; ++k) {
    std::vector<bool> positive;
    for (const double value : column(targets, width, k)) positive.push_back(value > 0.5);
    total += area_under_curve(column(scores, width, k), positive);
  }
  return total / static_cast<double>(width);
}

double whole_rows(std::span<const float> scores, std::size_t width,
                  std::span<const float> targets) {
  double right = 0;
  for (std::size_t i = 0; i + width <= scores.size(); i += width) {
    bool all = true;
    for (std::size_t k = i; k < i + width; ++k)
      all = all && (scores[k] > 0.0F) == (targets[k] > 0.5F);
    right += all ? 1 : 0;
  }
  return quotient(right, static_cast<double>(scores.size() / width));
}

}  // namespace

Metrics multi_label_metrics(std::span<const float> scores, std::int64_t labels,
                            std::span<const float> targets) {
  const auto width = static_cast<std::size_t>(labels);
  std::vector<Cells> cells(width);
  Cells all;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool predicted = scores[i] > 0.0F, there = targets[i] > 0.5F;
    for (Cells* c : {&cells[i % width], &all}) {
      c->hits += predicted && there ? 1 : 0;
      c->predicted += predicted ? 1 : 0;
      c->there += there ? 1 : 0;
    }
  }
  double macro = 0, weighted = 0;
  for (const Cells& c : cells) {
    macro += c.f1() / static_cast<double>(width);
    weighted += c.f1() * c.there;
  }
  Metrics out = {{"accuracy", whole_rows(scores, width, targets)},
                 {"f1", all.f1()},
                 {"precision", quotient(all.hits, all.predicted)},
                 {"recall", quotient(all.hits, all.there)},
                 {"f1_macro", macro},
                 {"f1_micro", all.f1()},
                 {"f1_weighted", quotient(weighted, all.there)}};
  if (const double area = label_area(scores, width, targets); std::isfinite(area))
    out.emplace_back("auc", area);
  return out;
}

Metrics regression_metrics(std::span<const float> predicted, std::int64_t targets,
                           std::span<const float> truth) {
  const auto width = static_cast<std::size_t>(targets);
  double squares = 0, distance = 0, r2 = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = static_cast<double>(predicted[i]) - static_cast<double>(truth[i]);
    squares += error * error;
    distance += std::abs(error);
  }
  for (std::size_t k = 0; k < width; ++k)
    r2 += r_squared(column(predicted, width, k), column(truth, width, k));
  const auto cells = static_cast<double>(truth.size());
  Metrics out = {{"mse", quotient(squares, cells)},
                 {"mae", quotient(distance, cells)},
                 {"r2", r2 / static_cast<double>(width)}};
  if (width != 1) return out;
  const std::vector<double> a = column(predicted, 1, 0), b = column(truth, 1, 0);
  if (const double r = correlation(a, b); std::isfinite(r)) {
    out.emplace_back("pearson", r);
    out.emplace_back("spearmanr", correlation(ranks(a), ranks(b)));
  }
  return out;
}

}  // namespace trainer::train
