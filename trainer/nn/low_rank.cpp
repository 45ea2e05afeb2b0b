#include "nn/low_rank.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>

#include <utility>

#include "config/error.hpp"
#include "nn/blas.hpp"
#include "nn/norm.hpp"

namespace trainer::nn {
namespace {

const at::Tensor& of_type(const Weight& weight, const at::Tensor& x) {
  return x.scalar_type() == at::kFloat ? weight.master : weight.value;
}

cpu::DropoutPlace place_of(const LowRank& addition) {
  if (addition.dropout == 0.0) return {};
  Pass* pass = RunningPass::current();
  if (pass == nullptr) throw Error(ErrorCode::kInternal, "a low-rank addition outside of a pass");
  return pass->low_rank_dropout(addition.dropout);
}

}  // namespace

std::vector<LowRank> low_rank_of(const ParameterSet& set, const std::vector<std::string>& modules) {
  std::vector<LowRank> out;
  std::vector<std::string> parts;  // the names of B in the addition being made
  std::string shared;              // the name of its A
  std::int64_t column = 0;
  for (const std::string& module : modules) {
    const LowRankSpec* spec = set.low_rank_of(module);
    if (spec == nullptr) {
      shared.clear();
    } else if (spec->a == shared) {
      parts.push_back(spec->b);
      out.back().b = set.stacked(parts);
    } else {
      parts = {spec->b};
      shared = spec->a;
      out.push_back({.a = set.weight(spec->a),
                     .b = set.weight(spec->b),
                     .begin = column,
                     .scale = spec->scale,
                     .dropout = spec->dropout});
    }
    column += set.weight(module + ".weight").master.size(0);
  }
  return out;
}

LowRankPass add_low_rank(const at::Tensor& x, const LowRank& addition, at::Tensor& out) {
  const cpu::DropoutPlace place = place_of(addition);
  at::Tensor inner = at::linear(dropout(x, place), of_type(addition.a, x));
  inner.mul_(addition.scale);
  const at::Tensor& b = of_type(addition.b, x);
  at::Tensor columns = out.narrow(1, addition.begin, b.size(0));
  columns.addmm_(inner, b.t());
  return {.inner = std::move(inner), .place = place};
}

void low_rank_backward(const at::Tensor& g, const at::Tensor& x, const LowRank& addition,
                       const LowRankPass& pass, at::Tensor& d_x) {
  const at::Tensor& b = of_type(addition.b, x);
  const at::Tensor columns = g.narrow(1, addition.begin, b.size(0)).contiguous();
  add_outer_product(columns, pass.inner, addition.b.grad);
  at::Tensor d_inner = at::mm(columns, b);
  d_inner.mul_(addition.scale);
  add_outer_product(d_inner, dropout(x, pass.place), addition.a.grad);
  if (!d_x.defined()) return;
  const at::Tensor& a = of_type(addition.a, x);
  if (pass.place.threshold == 0) {
    d_x.addmm_(d_inner, a);
  } else {
    d_x.add_(dropout(at::mm(d_inner, a), pass.place));
  }
}

}  // namespace trainer::nn
