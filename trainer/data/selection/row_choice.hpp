#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/dataset.hpp"
#include "data/splits/split_instruction.hpp"
#include "data/tables/row_source.hpp"

namespace trainer::data {

// Which rows of a split are taken, and in which order.
struct RowChoice {
  std::vector<std::int64_t>
      rows;  // positions; empty and `all` when every row is taken in its order
  bool all = false;
  std::uint64_t count = 0;
};

// Whether the choice needs to know the number of rows before any is read.
bool needs_count(const SplitInstruction& instruction, const Selection& selection);

// The rows that slicing, train_test_split and shuffle+select leave, in this order. `classes` has
// the class of every row when the selection stratifies, else it is empty. Throws
// Error(kInvalidInput) for more samples than rows and for no rows; `origin` is for messages.
RowChoice choose_rows(std::uint64_t count, const SplitInstruction& instruction, Split split,
                      const Selection& selection, const std::vector<std::int64_t>& classes,
                      const std::string& origin);

}  // namespace trainer::data
