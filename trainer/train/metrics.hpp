#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace trainer::train {

using Metrics = std::vector<std::pair<std::string, double>>;

// Quality of predictions against class indices: accuracy, f1, precision, recall (two classes: of
// class 1; more: mean over the classes), mcc, and for two classes auc. `scores` is [rows, classes];
// the class with the highest score is predicted, the first of equals. A quotient whose denominator
// is 0 counts as 0, as in scikit-learn; auc is left out when the labels are all of one class.
Metrics classification_metrics(std::span<const float> scores, std::int64_t classes,
                               std::span<const std::int64_t> labels);

// The index of the highest score of each row.
std::vector<std::int64_t> predictions(std::span<const float> scores, std::int64_t classes);

}  // namespace trainer::train
