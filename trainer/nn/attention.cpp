#include "nn/attention.hpp"

#include <ATen/ops/empty.h>

#include "config/error.hpp"
#include "nn/attention_plan.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct AttentionBackward : BackwardNode {
  AttentionPlan plan;
  AttentionRecord kept;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    AttentionGradients out = attention_backward(plan, kept, gradients[0]);
    return {out.q, out.kv, out.bias};
  }

  void release_variables() override { kept = {}; }
};

AttentionPlan plan_of(const AttentionShape& shape, const cpu::DropoutPlace& place) {
  AttentionPlan plan{.heads = shape.heads,
                     .kv_heads = shape.kv_heads == 0 ? shape.heads : shape.kv_heads,
                     .head_size = shape.head_size,
                     .cu_queries = {shape.cu_queries.begin(), shape.cu_queries.end()},
                     .cu_keys = {shape.cu_keys.begin(), shape.cu_keys.end()},
                     .query_starts = {shape.query_starts.begin(), shape.query_starts.end()},
                     .scale = shape.scale,
                     .soft_cap = shape.soft_cap,
                     .left = shape.left,
                     .right = shape.right,
                     .bias_by = shape.bias.by,
                     .place = place};
  if (plan.scale == 0.0F) plan.scale = 1.0F / std::sqrt(static_cast<float>(plan.head_size));
  if (plan.heads % plan.kv_heads != 0)
    throw Error(ErrorCode::kInternal, "attention heads are no multiple of key-value heads");
  if (shape.bias.values.defined()) {
    const std::int64_t width = shape.bias.values.size(1);
    const bool by_key = shape.bias.by == AttentionBias::By::kKey;
    if ((by_key ? width : (width + 1) / 2) < plan.longest())
      throw Error(ErrorCode::kInternal, "the attention's bias is shorter than a text");
  }
  return plan;
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                  const cpu::DropoutPlace& place) {
  auto node = make_node<AttentionBackward>();
  node->plan = plan_of(shape, place);
  const at::Tensor& bias = shape.bias.values;
  AttentionRecord& kept = node->kept;
  at::Tensor out;
  {
    at::NoGradGuard no_grad;
    kept.q = q.defined() ? q.detach().contiguous() : q;
    kept.kv = kv.detach().contiguous();
    kept.bias = bias.defined() ? bias.detach().contiguous() : bias;
    kept.wants_bias = bias.defined() && bias.requires_grad();
    kept.lse = at::empty({shape.heads, shape.cu_queries.back()}, at::kFloat);
    out = attention_forward(node->plan, kept);
    kept.out = out.detach();
  }
  return record(std::move(out), std::move(node), {q, kv, bias});
}

}  // namespace

at::Tensor self_attention(const at::Tensor& qkv, const AttentionShape& shape,
                          const cpu::DropoutPlace& dropout) {
  return attend({}, qkv, shape, dropout);
}

at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                           const cpu::DropoutPlace& dropout) {
  return attend(q, kv, shape, dropout);
}

}  // namespace trainer::nn
