#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace trainer::train {

using Metrics = std::vector<std::pair<std::string, double>>;

// Quality of predictions against class indices, values as scikit-learn's: accuracy, f1, precision,
// recall (two classes: of class 1; more: mean over the classes), f1_macro, f1_micro, f1_weighted,
// mcc, auc (two classes: of class 1; more: one class against the rest, mean over the classes), and
// ece, the expected calibration error. `scores` are logits, [rows, classes]; the class with the
// highest one is predicted, the first of equals. A quotient whose denominator is 0 counts as 0; auc
// is left out when a class has no row or all rows. Of logits that are not numbers auc and ece are
// not either.
Metrics classification_metrics(std::span<const float> scores, std::int64_t classes,
                               std::span<const std::int64_t> labels);

// Several labels a row, each there or not (1 or 0): `scores` are logits [rows, labels], above 0
// means there. accuracy (of whole rows), f1, precision and recall over all cells (micro), f1_macro,
// f1_weighted, and auc (mean over the labels; left out when a label is never or always there).
Metrics multi_label_metrics(std::span<const float> scores, std::int64_t labels,
                            std::span<const float> targets);

// Numbers against numbers, [rows, targets]: mse, mae, r2 (mean over the targets), and for a single
// target pearson and spearmanr, left out where one side is constant.
Metrics regression_metrics(std::span<const float> predictions, std::int64_t targets,
                           std::span<const float> truth);

// The index of the highest score of each row.
std::vector<std::int64_t> predictions(std::span<const float> scores, std::int64_t classes);

// Expected calibration error (Guo et al., 2017): over 15 equal bins of the predicted class's
// probability, (low, high], the mean of |accuracy - mean probability|, weighted with rows.
double calibration_error(std::span<const float> scores, std::int64_t classes,
                         std::span<const std::int64_t> labels);

// Probability that a positive row scores above a negative one; equal scores count half. Needs rows
// of both kinds; NaN when a score is.
double area_under_curve(std::span<const double> scores, const std::vector<bool>& positive);

}  // namespace trainer::train
