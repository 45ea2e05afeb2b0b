#include "nn/embedding.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "config/error.hpp"
#include "nn/parallel.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct OwnedLookup {
  Weight table;
  std::vector<std::int32_t> rows;
  std::int32_t frozen_row = -1;
};

std::int64_t row_of(std::span<const std::int32_t> rows, std::int64_t token) {
  return rows.empty() ? 0 : rows[static_cast<std::size_t>(token)];
}

struct EmbedBackward : BackwardNode {
  std::vector<OwnedLookup> lookups;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::Tensor g = gradients[0].to(at::kFloat).contiguous();
    const std::int64_t columns = g.size(1);
    const float* from = g.data_ptr<float>();
    // Threads share the tables' rows, so each takes a strip of columns and walks all tokens.
    parallel_rows(columns, 64, [&](cpu::RowRange strip) {
      for (const OwnedLookup& lookup : lookups) {
        if (!lookup.table.grad.defined()) continue;
        auto* grad = lookup.table.grad.data_ptr<float>();
        for (std::int64_t t = 0; t < g.size(0); ++t) {
          if (row_of(lookup.rows, t) == lookup.frozen_row) continue;
          float* to = grad + row_of(lookup.rows, t) * columns;
          const float* row = from + t * columns;
          for (std::int64_t c = strip.begin; c < strip.end; ++c) to[c] += row[c];
        }
      }
    });
    return {at::Tensor()};
  }
};

void check(const EmbeddingLookup& lookup) {
  const std::int64_t limit = lookup.table.master.size(0);
  for (const std::int32_t row : lookup.rows) {
    if (row < 0 || row >= limit) {
      throw Error(ErrorCode::kInvalidInput,
                  "id " + std::to_string(row) + " is outside an embedding table of " +
                      std::to_string(limit) + " rows: tokenizer and model do not belong together");
    }
  }
}

}  // namespace

at::Tensor embed(const std::vector<EmbeddingLookup>& lookups, std::int64_t tokens,
                 Compute compute) {
  const std::int64_t columns = lookups.front().table.master.size(1);
  auto node = make_node<EmbedBackward>();
  at::Tensor sum;
  {
    at::NoGradGuard no_grad;
    sum = at::empty({tokens, columns}, at::kFloat);
    for (const EmbeddingLookup& lookup : lookups) {
      check(lookup);
      node->lookups.push_back(
          {lookup.table, {lookup.rows.begin(), lookup.rows.end()}, lookup.frozen_row});
    }
    auto* to = sum.data_ptr<float>();
    parallel_rows(tokens, 64, [&](cpu::RowRange range) {
      for (std::int64_t t = range.begin; t < range.end; ++t) {
        for (std::size_t k = 0; k < lookups.size(); ++k) {
          const float* row = lookups[k].table.master.const_data_ptr<float>() +
                             row_of(lookups[k].rows, t) * columns;
          float* out = to + t * columns;
          for (std::int64_t c = 0; c < columns; ++c) out[c] = k == 0 ? row[c] : out[c] + row[c];
        }
      }
    });
    if (compute == Compute::kBfloat16) sum = sum.to(at::kBFloat16);
  }
  if (!torch::autograd::GradMode::is_enabled()) return sum;
  // Nothing before this has a history: an anchor that wants a gradient makes autograd walk back to
  // here, also when the tables are frozen and what comes later is not.
  const at::Tensor anchor = at::zeros({1}, at::kFloat).set_requires_grad(true);
  return record(std::move(sum), std::move(node), {anchor});
}

}  // namespace trainer::nn
