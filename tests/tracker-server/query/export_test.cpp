#include "query/export.hpp"

#include <gtest/gtest.h>

namespace tracker::query {
namespace {

KeyPoints points(std::string key, std::vector<std::int64_t> steps, std::vector<double> values) {
  KeyPoints result;
  result.key = std::move(key);
  for (const auto step : steps)
    result.points.times_us.push_back(1'000 * step + (result.key == "b" ? 5 : 0));
  result.points.steps = std::move(steps);
  result.points.values = std::move(values);
  return result;
}

bool present(const ExportColumn& column, std::size_t row) {
  return (column.present[row / 8] >> (row % 8)) & 1;
}

TEST(EmitRows, StepsOfAllKeysAreMergedAndEachRowHasWhatWasLogged) {
  std::vector<ExportBatch> batches;
  emit_rows({points("a", {0, 2, 9}, {0.5, 2.5, 9.5}), points("b", {2, 3}, {20, 30})}, {},
            [&](ExportBatch&& batch) { return batches.push_back(std::move(batch)), true; });
  ASSERT_EQ(batches.size(), 1u);
  const auto& batch = batches[0];
  EXPECT_EQ(batch.steps, (std::vector<std::int64_t>{0, 2, 3, 9}));
  EXPECT_EQ(batch.times_us, (std::vector<std::int64_t>{0, 2'005, 3'005, 9'000}));
  EXPECT_EQ(batch.keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(batch.columns[0].values, (std::vector<double>{0.5, 2.5, 9.5}));
  EXPECT_EQ(batch.columns[1].values, (std::vector<double>{20, 30}));
  const std::vector<bool> a = {true, true, false, true}, b = {false, true, true, false};
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(present(batch.columns[0], row), a[row]) << row;
    EXPECT_EQ(present(batch.columns[1], row), b[row]) << row;
  }
}

TEST(EmitRows, BatchesAreCutByRowsAndByValuesAndLoseNothing) {
  std::vector<std::int64_t> steps;
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) {
    steps.push_back(i * 3);
    values.push_back(i);
  }
  const std::vector<KeyPoints> window = {points("a", steps, values), points("c", steps, values)};
  for (const auto& [rows, cells] :
       {std::pair<std::size_t, std::size_t>{7, 1'000}, {50, 20}, {50, 1}}) {
    ExportOptions options;
    options.batch_rows = rows;
    options.batch_values = cells;
    std::vector<std::int64_t> seen;
    std::vector<double> last;
    emit_rows(window, options, [&](ExportBatch&& batch) {
      EXPECT_LE(batch.steps.size(), rows);
      EXPECT_LE(batch.steps.size() * 2, std::max<std::size_t>(cells, 2));
      seen.insert(seen.end(), batch.steps.begin(), batch.steps.end());
      last.insert(last.end(), batch.columns[1].values.begin(), batch.columns[1].values.end());
      return true;
    });
    EXPECT_EQ(seen, steps);
    EXPECT_EQ(last, values);
  }
}

TEST(EmitRows, AKeyWithoutValuesInABatchIsNotInIt) {
  ExportOptions options;
  options.batch_rows = 2;
  std::vector<std::vector<std::string>> keys;
  emit_rows({points("a", {0, 1, 2, 3}, {0, 1, 2, 3}), points("b", {3}, {3})}, options,
            [&](ExportBatch&& batch) { return keys.push_back(batch.keys), true; });
  EXPECT_EQ(keys, (std::vector<std::vector<std::string>>{{"a"}, {"a", "b"}}));
}

TEST(EmitRows, AClientThatIsGoneEndsIt) {
  int calls = 0;
  ExportOptions options;
  options.batch_rows = 1;
  EXPECT_FALSE(emit_rows({points("a", {0, 1, 2}, {0, 1, 2})}, options,
                         [&](ExportBatch&&) { return ++calls < 2; }));
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace tracker::query
