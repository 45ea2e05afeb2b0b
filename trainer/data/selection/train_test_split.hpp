#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace trainer::data {

// How much of the rows is put aside for evaluation: a share between 0 and 1, or a number of rows.
using TestSize = std::variant<double, std::uint64_t>;

// "0.2" (has a point or exponent: a share) or "500". Throws Error(kUsage).
TestSize test_size_from(const std::string& text);

struct TrainTest {
  std::vector<std::int64_t> train;  // positions of rows, in the order in which they are taken
  std::vector<std::int64_t> test;
};

// The rows of datasets' train_test_split(test_size, seed=seed): a permutation whose first
// ceil(share × rows) are the test rows. Throws Error(kInvalidInput) when a part would be empty.
TrainTest train_test_split(std::uint64_t rows, const TestSize& test_size, std::uint64_t seed);

// With stratify_by_column: both parts have the classes in the shares of the whole, as
// scikit-learn's StratifiedShuffleSplit. `labels` has the class of each row. Throws
// Error(kInvalidInput) also when a class has one row only or a part has fewer rows than there are
// classes.
TrainTest stratified_split(const std::vector<std::int64_t>& labels, const TestSize& test_size,
                           std::uint64_t seed);

}  // namespace trainer::data
