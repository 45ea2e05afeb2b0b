#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trainer::train {

// A quotient whose denominator is 0 counts as 0, as in scikit-learn.
inline double quotient(double a, double b) { return b == 0.0 ? 0.0 : a / b; }

// How often each class was taken for each other.
struct Confusion {
  std::int64_t classes = 0;
  std::vector<std::int64_t> counts;  // [label, prediction], row-major

  std::int64_t at(std::int64_t label, std::int64_t prediction) const {
    return counts[static_cast<std::size_t>(label * classes + prediction)];
  }
  std::int64_t of_label(std::int64_t c) const;
  std::int64_t of_prediction(std::int64_t c) const;
  std::int64_t hits() const;
  std::int64_t rows() const;
};

Confusion confusion(std::span<const std::int64_t> predicted, std::span<const std::int64_t> labels,
                    std::int64_t classes);

// One class against the rest, or a mean over classes.
struct Quality {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

Quality quality_of(const Confusion& confusion, std::int64_t which);

enum class Average { kMacro, kWeighted };  // every class alike, or by its number of rows
// Over the classes that are among the labels or the predictions, as scikit-learn takes them.
Quality mean_quality(const Confusion& confusion, Average average);

// Matthews' correlation for any number of classes (Gorodkin, 2004).
double matthews(const Confusion& confusion);

}  // namespace trainer::train
