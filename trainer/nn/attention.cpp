#include "nn/attention.hpp"

#include <ATen/ops/empty.h>

#include "nn/attention_plan.hpp"
#include "nn/record.hpp"

namespace trainer::nn {
namespace {

struct AttentionBackward : BackwardNode {
  AttentionPlan plan;
  AttentionRecord kept;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    auto [d_q, d_kv] = attention_backward(plan, kept, gradients[0]);
    return {d_q, d_kv};
  }

  void release_variables() override { kept = {}; }
};

at::Tensor attend(const at::Tensor& q, const at::Tensor& kv, const AttentionShape& shape,
                  const cpu::DropoutPlace& place) {
  auto node = make_node<AttentionBackward>();
  node->plan = {.heads = shape.heads,
                .head_size = shape.head_size,
                .cu_queries = {shape.cu_queries.begin(), shape.cu_queries.end()},
                .cu_keys = {shape.cu_keys.begin(), shape.cu_keys.end()},
                .place = place};
  AttentionRecord& kept = node->kept;
  at::Tensor out;
  {
    at::NoGradGuard no_grad;
    kept.q = q.defined() ? q.detach().contiguous() : q;
    kept.kv = kv.detach().contiguous();
    kept.lse = at::empty({shape.heads, shape.cu_queries.back()}, at::kFloat);
    out = attention_forward(node->plan, kept.q, kept.kv, kept.lse);
    kept.out = out.detach();
  }
  return record(std::move(out), std::move(node), {q, kv});
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
