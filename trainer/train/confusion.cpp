#include "train/confusion.hpp"

#include <cmath>

namespace trainer::train {

Confusion::Confusion(std::int64_t classes) : of_(static_cast<std::size_t>(classes)) {
  if (classes <= kMostInMatrix) matrix_.resize(of_.size() * of_.size());
}

void Confusion::add(std::int64_t label, std::int64_t prediction) {
  const auto l = static_cast<std::size_t>(label), p = static_cast<std::size_t>(prediction);
  const std::int64_t hit = label == prediction ? 1 : 0;
  ++of_[l].labelled;
  ++of_[p].predicted;
  of_[l].hits += hit;
  hits_ += hit;
  ++rows_;
  if (!matrix_.empty()) ++matrix_[l * of_.size() + p];
}

Confusion confusion(std::span<const std::int64_t> predicted, std::span<const std::int64_t> labels,
                    std::int64_t classes) {
  Confusion out(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) out.add(labels[i], predicted[i]);
  return out;
}

Quality quality_of(const Confusion& c, std::int64_t which) {
  const auto hit = static_cast<double>(c.hits(which));
  const auto predicted = static_cast<double>(c.of_prediction(which));
  const auto labelled = static_cast<double>(c.of_label(which));
  return {.precision = quotient(hit, predicted),
          .recall = quotient(hit, labelled),
          .f1 = quotient(2 * hit, predicted + labelled)};
}

Quality mean_quality(const Confusion& c, Average average) {
  Quality mean;
  double total = 0;
  for (std::int64_t k = 0; k < c.classes(); ++k) {
    const std::int64_t labelled = c.of_label(k);
    if (labelled == 0 && c.of_prediction(k) == 0) continue;
    const double weight = average == Average::kWeighted ? static_cast<double>(labelled) : 1.0;
    const Quality one = quality_of(c, k);
    mean.precision += weight * one.precision;
    mean.recall += weight * one.recall;
    mean.f1 += weight * one.f1;
    total += weight;
  }
  return {quotient(mean.precision, total), quotient(mean.recall, total), quotient(mean.f1, total)};
}

double matthews(const Confusion& c) {
  const auto rows = static_cast<double>(c.rows());
  double products = 0, squares_label = 0, squares_prediction = 0;
  for (std::int64_t k = 0; k < c.classes(); ++k) {
    const auto label = static_cast<double>(c.of_label(k));
    const auto prediction = static_cast<double>(c.of_prediction(k));
    products += label * prediction;
    squares_label += label * label;
    squares_prediction += prediction * prediction;
  }
  return quotient(static_cast<double>(c.hits()) * rows - products,
                  std::sqrt((rows * rows - squares_prediction) * (rows * rows - squares_label)));
}

}  // namespace trainer::train
