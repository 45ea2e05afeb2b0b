#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <vector>

#include "nn/parameter_set.hpp"

namespace trainer::nn {

// One table of an embedding sum and the row that each token takes from it.
struct EmbeddingLookup {
  Weight table;  // [rows,H]
  std::span<const std::int32_t>
      rows;  // [T]; empty: every token takes row 0. Each below the table's rows: checked.
  std::int32_t frozen_row = -1;  // gets no gradient: padding, where a model sees it
};

// Sum of the look-ups, [T,H], in the compute type. Backward adds to the rows that were taken; a pad
// row is special only where told, because packed batches hold no padding. The result starts the
// recorded graph. Throws Error(kInvalidInput) when an id is outside its table.
at::Tensor embed(const std::vector<EmbeddingLookup>& lookups, std::int64_t tokens, Compute compute);

}  // namespace trainer::nn
