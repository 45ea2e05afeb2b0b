#include "train/evaluate.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "config/error.hpp"
#include "data/tokens/packed_batch.hpp"
#include "nn/pass.hpp"
#include "train/memory.hpp"
#include "train/objective.hpp"
#include "train/probabilities.hpp"

namespace trainer::train {
namespace {

// See nn::cross_entropy_sum: one row's share of the sum.
double row_loss(const std::vector<double>& costs, std::size_t label,
                const nn::CrossEntropy& options) {
  const auto weight = [&options](std::size_t c) {
    return options.class_weights.empty() ? 1.0 : static_cast<double>(options.class_weights[c]);
  };
  const double smoothing = options.label_smoothing;
  double loss = (1.0 - smoothing) * weight(label) * costs[label];
  if (smoothing == 0.0) return loss;
  for (std::size_t c = 0; c < costs.size(); ++c)
    loss += smoothing / static_cast<double>(costs.size()) * weight(c) * costs[c];
  return loss;
}

void keep_worst(std::vector<WorstRow> rows, std::size_t wanted, Evaluation& out) {
  const auto worst = static_cast<std::ptrdiff_t>(std::min(rows.size(), wanted));
  std::partial_sort(rows.begin(), rows.begin() + worst, rows.end(),
                    [](const WorstRow& a, const WorstRow& b) {
                      // A loss that is not a number is the worst.
                      const bool a_nan = std::isnan(a.loss), b_nan = std::isnan(b.loss);
                      if (a_nan != b_nan) return a_nan;
                      if (!a_nan && a.loss != b.loss) return a.loss > b.loss;
                      return a.row < b.row;
                    });
  out.worst.assign(rows.begin(), rows.begin() + worst);
}

// Of logits [rows, classes] against class indices.
void judge_classes(const std::vector<float>& logits, std::int64_t classes,
                   const std::vector<std::int64_t>& labels, const EvaluationOptions& options,
                   Evaluation& out) {
  const auto width = static_cast<std::size_t>(classes);
  std::vector<WorstRow> rows;
  double total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto cost = cross_entropies(std::span(logits).subspan(i * width, width));
    const auto label = static_cast<std::size_t>(labels[i]);
    total += row_loss(cost, label, options.loss);
    const auto best = std::min_element(cost.begin(), cost.end());
    rows.push_back({.row = static_cast<std::int64_t>(i),
                    .label = labels[i],
                    .predicted = best - cost.begin(),
                    .probability = std::exp(-*best),
                    .loss = cost[label]});
  }
  const double weight = nn::cross_entropy_weight(labels, options.loss);
  out.loss = quotient(total, weight);
  keep_worst(std::move(rows), options.worst_rows, out);
  out.metrics = classification_metrics(logits, classes, labels);
  out.confusion = confusion(predictions(logits, classes), labels, classes);
}

// Of logits [rows, outputs] against numbers: several labels, or regression.
void judge_numbers(const std::vector<float>& logits, data::ProblemType problem,
                   const data::TokenArena& arena, std::size_t worst_rows, Evaluation& out) {
  const bool several = problem == data::ProblemType::kMultiLabel;
  const std::size_t width = arena.targets_per_row();
  std::vector<WorstRow> rows;
  double total = 0;
  for (std::size_t i = 0; i < arena.size(); ++i) {
    WorstRow row{.row = static_cast<std::int64_t>(i)};
    for (std::size_t k = i * width; k < (i + 1) * width; ++k) {
      const auto x = static_cast<double>(logits[k]);
      const auto target = static_cast<double>(arena.targets[k]);
      row.loss += several ? binary_cross_entropy(x, target) : (x - target) * (x - target);
      row.targets.push_back(arena.targets[k]);
      row.outputs.push_back(several ? static_cast<float>(sigmoid(x)) : logits[k]);
    }
    total += row.loss;
    row.loss = quotient(row.loss, static_cast<double>(width));
    rows.push_back(std::move(row));
  }
  out.loss = quotient(total, static_cast<double>(logits.size()));
  keep_worst(std::move(rows), worst_rows, out);
  const auto outputs = static_cast<std::int64_t>(width);
  out.metrics = several ? multi_label_metrics(logits, outputs, arena.targets)
                        : regression_metrics(logits, outputs, arena.targets);
  if (!several) return;
  out.label_confusions.assign(width, Confusion(2));
  for (std::size_t k = 0; k < logits.size(); ++k)
    out.label_confusions[k % width].add(arena.targets[k] > 0.5F ? 1 : 0, logits[k] > 0.0F ? 1 : 0);
}

// In batches of rows of like length, the longest first.
std::vector<float> logits_of(const models::Classifier& model, const data::TokenArena& arena,
                             std::int64_t batch_size) {
  const at::NoGradGuard no_grad;
  const std::size_t classes = model.config().labels.size();
  std::vector<float> logits(arena.size() * classes);
  std::vector<std::int64_t> order(arena.size());
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](std::int64_t i) {
    return arena.offsets[static_cast<std::size_t>(i) + 1] -
           arena.offsets[static_cast<std::size_t>(i)];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
  for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(batch_size)) {
    const std::size_t rows = std::min(static_cast<std::size_t>(batch_size), order.size() - begin);
    const data::PackedBatch batch = data::pack(arena, std::span(order).subspan(begin, rows));
    nn::Pass pass(nn::Mode::kEvaluate);
    const at::Tensor out = model.forward(batch, pass).contiguous();
    for (std::size_t i = 0; i < rows; ++i) {
      std::copy_n(out.const_data_ptr<float>() + i * classes, classes,
                  logits.begin() + static_cast<std::ptrdiff_t>(
                                       static_cast<std::size_t>(order[begin + i]) * classes));
    }
  }
  return logits;
}

}  // namespace

std::vector<float> predict(const models::Classifier& model, const data::TokenArena& arena,
                           std::int64_t batch_size) {
  if (batch_size < 1) throw Error(ErrorCode::kUsage, "--batch-size must be at least 1");
  return telling_of_memory([&] { return logits_of(model, arena, batch_size); });
}

Evaluation evaluate(const models::Classifier& model, const data::TokenArena& arena,
                    const EvaluationOptions& options) {
  const auto classes = static_cast<std::int64_t>(model.config().labels.size());
  check_labels(arena, model.config(), "evaluation data");
  const data::ProblemType problem = model.config().problem();
  const auto start = std::chrono::steady_clock::now();
  const std::vector<float> logits = predict(model, arena, options.batch_size);
  Evaluation out;
  if (problem == data::ProblemType::kSingleLabel) {
    judge_classes(logits, classes, arena.labels, options, out);
  } else {
    judge_numbers(logits, problem, arena, options.worst_rows, out);
  }
  out.runtime = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto rows = static_cast<double>(arena.size());
  out.samples_per_second = rows / std::max(out.runtime, 1e-9);
  out.steps_per_second =
      std::ceil(rows / static_cast<double>(options.batch_size)) / std::max(out.runtime, 1e-9);
  return out;
}

}  // namespace trainer::train
