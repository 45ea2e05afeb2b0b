#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trainer::train {

// A quotient whose denominator is 0 counts as 0, as in scikit-learn.
inline double quotient(double a, double b) { return b == 0.0 ? 0.0 : a / b; }

// How often each class was there, was predicted, and both; of a few classes also how often each was
// taken for each other, which nobody could read of more and which would take their square in
// memory.
class Confusion {
 public:
  static constexpr std::int64_t kMostInMatrix = 100;

  Confusion() = default;
  explicit Confusion(std::int64_t classes);

  void add(std::int64_t label, std::int64_t prediction);

  std::int64_t classes() const noexcept { return static_cast<std::int64_t>(of_.size()); }
  std::int64_t of_label(std::int64_t c) const { return of(c).labelled; }
  std::int64_t of_prediction(std::int64_t c) const { return of(c).predicted; }
  std::int64_t hits(std::int64_t c) const { return of(c).hits; }
  std::int64_t hits() const noexcept { return hits_; }
  std::int64_t rows() const noexcept { return rows_; }
  // [label, prediction], row-major; empty of more classes than kMostInMatrix.
  const std::vector<std::int64_t>& matrix() const noexcept { return matrix_; }

 private:
  struct Counts {
    std::int64_t labelled = 0;
    std::int64_t predicted = 0;
    std::int64_t hits = 0;
  };
  const Counts& of(std::int64_t c) const { return of_[static_cast<std::size_t>(c)]; }

  std::vector<Counts> of_;
  std::vector<std::int64_t> matrix_;
  std::int64_t rows_ = 0;
  std::int64_t hits_ = 0;
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
