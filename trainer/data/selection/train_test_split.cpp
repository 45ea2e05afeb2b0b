#include "data/selection/train_test_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "config/error.hpp"
#include "data/selection/numpy_random.hpp"

namespace trainer::data {
namespace {

using Counts = std::vector<std::int64_t>;

std::int64_t test_rows(std::uint64_t rows, const TestSize& size) {
  const auto refuse = [rows](const std::string& what) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("--test-size {}: of {} rows both parts need at least one; a share lies "
                            "between 0 and 1",
                            what, rows));
  };
  if (const auto* count = std::get_if<std::uint64_t>(&size)) {
    if (*count == 0 || *count >= rows) refuse(std::to_string(*count));
    return static_cast<std::int64_t>(*count);
  }
  const double share = std::get<double>(size);
  if (!(share > 0 && share < 1)) refuse(fmt::format("{}", share));
  const auto count = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(rows)));
  if (count >= rows) refuse(fmt::format("{}", share));
  return static_cast<std::int64_t>(count);
}

// About the likeliest numbers of each class among `draws` rows: the exact shares, rounded down, and
// what is left given to the largest remainders, ties by lot. (scikit-learn's _approximate_mode.)
Counts approximate_mode(const Counts& counts, std::int64_t draws, NumpyGenerator& random) {
  double total = 0;
  for (const std::int64_t count : counts) total += static_cast<double>(count);
  Counts taken;
  std::vector<double> remainders;
  std::int64_t left = draws;
  for (const std::int64_t count : counts) {
    const double exact = static_cast<double>(draws * count) / total;
    taken.push_back(static_cast<std::int64_t>(std::floor(exact)));
    remainders.push_back(exact - std::floor(exact));
    left -= taken.back();
  }
  const std::set<double, std::greater<>> values(remainders.begin(), remainders.end());
  for (const double value : values) {
    if (left <= 0) break;
    std::vector<std::int64_t> tied;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (remainders[i] == value) tied.push_back(static_cast<std::int64_t>(i));
    }
    const std::size_t now = std::min(tied.size(), static_cast<std::size_t>(left));
    for (const std::int64_t i : random.choice(tied, now)) ++taken[static_cast<std::size_t>(i)];
    left -= static_cast<std::int64_t>(now);
  }
  return taken;
}

void require_enough(std::string_view part, std::int64_t rows, std::size_t classes) {
  if (rows >= static_cast<std::int64_t>(classes)) return;
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("--stratify: the {} part has {} rows, fewer than the {} classes", part,
                          rows, classes));
}

}  // namespace

TestSize test_size_from(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::uint64_t count = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, count);
      error == std::errc() && at == end && count > 0) {
    return count;
  }
  double share = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, share);
      error == std::errc() && at == end && share > 0 && share < 1) {
    return share;
  }
  throw Error(
      ErrorCode::kUsage,
      fmt::format("--test-size '{}' is neither a number of rows nor a share such as 0.2", text));
}

TrainTest train_test_split(std::uint64_t rows, const TestSize& test_size, std::uint64_t seed) {
  const std::int64_t test = test_rows(rows, test_size);
  TrainTest parts;
  parts.train = numpy_permutation(seed, rows);
  parts.test.assign(parts.train.begin(), parts.train.begin() + test);
  parts.train.erase(parts.train.begin(), parts.train.begin() + test);
  return parts;
}

TrainTest stratified_split(const std::vector<std::int64_t>& labels, const TestSize& test_size,
                           std::uint64_t seed) {
  const std::int64_t test = test_rows(labels.size(), test_size);
  const std::int64_t train = static_cast<std::int64_t>(labels.size()) - test;
  std::map<std::int64_t, std::vector<std::int64_t>> rows;
  for (std::size_t i = 0; i < labels.size(); ++i)
    rows[labels[i]].push_back(static_cast<std::int64_t>(i));
  Counts counts;
  for (const auto& [label, members] : rows) {
    if (members.size() < 2)
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("--stratify: class {} has one row only; two are needed", label));
    counts.push_back(static_cast<std::int64_t>(members.size()));
  }
  require_enough("training", train, rows.size());
  require_enough("evaluation", test, rows.size());

  NumpyGenerator random(seed);
  const Counts of_train = approximate_mode(counts, train, random);
  Counts rest = counts;
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= of_train[i];
  const Counts of_test = approximate_mode(rest, test, random);
  TrainTest parts;
  std::size_t i = 0;
  for (const auto& [label, members] : rows) {
    const std::vector<std::int64_t> order = random.permutation(members.size());
    for (std::int64_t k = 0; k < of_train[i] + of_test[i]; ++k) {
      const auto member = static_cast<std::size_t>(order[static_cast<std::size_t>(k)]);
      (k < of_train[i] ? parts.train : parts.test).push_back(members[member]);
    }
    ++i;
  }
  random.shuffle(parts.train);
  random.shuffle(parts.test);
  return parts;
}

}  // namespace trainer::data
