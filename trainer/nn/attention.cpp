#include "nn/attention.hpp"

#include <ATen/ops/clone.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include "config/error.hpp"
#include "nn/attention_plan.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct AttentionBackward : BackwardNode {
  AttentionPlan plan;
  AttentionRecord kept;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    // Nothing may have come back for one of the two.
    const at::Tensor d_out = gradients[0].defined() ? gradients[0] : at::zeros_like(kept.out);
    const at::Tensor d_lse = gradients.size() > 1 && gradients[1].defined()
                                 ? gradients[1].to(at::kFloat).t().contiguous()
                                 : at::Tensor();
    AttentionGradients out = attention_backward(plan, kept, d_out, d_lse);
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

enum class Wants { kOut, kOutAndSums };

AttentionSums attend(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                     const cpu::DropoutPlace& place, Wants wants = Wants::kOut) {
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
  at::Tensor lse;
  // A tensor of its own beside what backward keeps, so that the node does not own its own output.
  if (wants == Wants::kOutAndSums) lse = kept.lse.t().clone();
  out = record(std::move(out), node, {q, kv, bias});
  if (lse.defined() && out.requires_grad()) torch::autograd::set_history(lse, node);
  return {std::move(out), std::move(lse)};
}

}  // namespace

at::Tensor self_attention(const at::Tensor& qkv, const AttentionShape& shape,
                          const cpu::DropoutPlace& dropout) {
  return attend({}, qkv, shape, dropout).out;
}

AttentionSums self_attention_sums(const at::Tensor& qkv, const AttentionShape& shape,
                                  const cpu::DropoutPlace& dropout) {
  return attend({}, qkv, shape, dropout, Wants::kOutAndSums);
}

at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                           const cpu::DropoutPlace& dropout) {
  return attend(q, kv, shape, dropout).out;
}

}  // namespace trainer::nn
