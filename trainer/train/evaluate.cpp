#include "train/evaluate.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "config/error.hpp"
#include "data/packed_batch.hpp"
#include "nn/pass.hpp"

namespace trainer::train {
namespace {

double mean_cross_entropy(const std::vector<float>& logits, std::size_t classes,
                          const std::vector<std::int64_t>& labels) {
  double total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = logits.data() + i * classes;
    const double top = *std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(row[c]) - top);
    total += top + std::log(sum) - static_cast<double>(row[labels[i]]);
  }
  return labels.empty() ? 0.0 : total / static_cast<double>(labels.size());
}

}  // namespace

void check_labels(const std::vector<std::int64_t>& labels, std::int64_t classes,
                  const std::string& origin) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0 && labels[i] < classes) continue;
    throw Error(ErrorCode::kInvalidInput,
                origin + ": row " + std::to_string(i + 1) + " has label " +
                    std::to_string(labels[i]) + " but the model has " + std::to_string(classes) +
                    " classes (0 to " + std::to_string(classes - 1) + ")");
  }
}

std::vector<float> predict(const models::Classifier& model, const data::TokenArena& arena,
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

Evaluation evaluate(const models::Classifier& model, const data::TokenArena& arena,
                    std::int64_t batch_size) {
  const auto classes = static_cast<std::int64_t>(model.config().labels.size());
  check_labels(arena.labels, classes, "evaluation data");
  const auto start = std::chrono::steady_clock::now();
  const std::vector<float> logits = predict(model, arena, batch_size);
  Evaluation out;
  out.loss = mean_cross_entropy(logits, static_cast<std::size_t>(classes), arena.labels);
  out.metrics = classification_metrics(logits, classes, arena.labels);
  out.runtime = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto rows = static_cast<double>(arena.size());
  out.samples_per_second = rows / std::max(out.runtime, 1e-9);
  out.steps_per_second =
      std::ceil(rows / static_cast<double>(batch_size)) / std::max(out.runtime, 1e-9);
  return out;
}

}  // namespace trainer::train
