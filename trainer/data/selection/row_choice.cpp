#include "data/selection/row_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "data/selection/numpy_random.hpp"

namespace trainer::data {
namespace {

// rows[order[i]] for the first `count` of the order, in place of `order`.
void compose(std::vector<std::int64_t>& order, std::size_t count,
             const std::vector<std::int64_t>& rows) {
  order.resize(count);
  order.shrink_to_fit();
  if (rows.empty()) return;
  for (std::int64_t& row : order) row = rows[static_cast<std::size_t>(row)];
}

std::vector<std::int64_t> part(std::uint64_t rows, Split split, const Selection& selection,
                               std::vector<std::int64_t> classes) {
  TrainTest parts = classes.empty()
                        ? train_test_split(rows, *selection.test_size, selection.shuffle_seed)
                        : stratified_split(classes, *selection.test_size, selection.shuffle_seed);
  return std::move(split == Split::kTrain ? parts.train : parts.test);
}

}  // namespace

bool needs_count(const SplitInstruction& instruction, const Selection& selection) {
  return !instruction.is_whole() || selection.samples || selection.test_size;
}

RowChoice choose_rows(std::uint64_t count, const SplitInstruction& instruction, Split split,
                      const Selection& selection, const std::vector<std::int64_t>& classes,
                      const std::string& origin) {
  const SplitInstruction::Range range = instruction.rows(count);
  std::uint64_t left = range.end - range.begin;
  if (left == 0) throw Error(ErrorCode::kInvalidInput, origin + ": has no rows");
  std::vector<std::int64_t> rows;  // empty: 0 … left-1
  if (selection.test_size) {
    std::vector<std::int64_t> of_range;
    if (selection.stratify) {
      of_range.assign(classes.begin() + static_cast<std::ptrdiff_t>(range.begin),
                      classes.begin() + static_cast<std::ptrdiff_t>(range.end));
    }
    rows = part(left, split, selection, std::move(of_range));
    left = rows.size();
  }
  if (selection.samples) {
    if (*selection.samples > left) {
      throw Error(ErrorCode::kInvalidInput, fmt::format("{}: {} samples asked for, it has {} rows",
                                                        origin, *selection.samples, left));
    }
    std::vector<std::int64_t> order = numpy_permutation(selection.shuffle_seed, left);
    compose(order, *selection.samples, rows);
    rows = std::move(order);
    left = rows.size();
  }
  if (rows.empty() && range.begin == 0 && range.end == count)
    return {.rows = {}, .all = true, .count = count};
  if (rows.empty()) {
    rows.resize(left);
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
  }
  for (std::int64_t& row : rows) row += static_cast<std::int64_t>(range.begin);
  return {.rows = std::move(rows), .all = false, .count = left};
}

}  // namespace trainer::data
