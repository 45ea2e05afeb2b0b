#include "nn/global_attention.hpp"

#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nn/modules.hpp"

namespace trainer::nn {

// Where the tokens of a pack lie when each text's first is taken out.
struct GlobalAttention::Parted {
  std::vector<std::int32_t> firsts;     // [B] places in the pack
  std::vector<std::int32_t> others;     // [T-B]
  std::vector<std::int32_t> text_of;    // [T-B] the text of each other token
  std::vector<std::int32_t> cu_others;  // [B+1]
  std::vector<std::int32_t> places;     // [T] of each token in (firsts, others)
};

GlobalAttention::Parted GlobalAttention::part(std::span<const std::int32_t> cu_seqlens) {
  Parted out{.firsts = {}, .others = {}, .text_of = {}, .cu_others = {0}, .places = {}};
  const auto texts = static_cast<std::int32_t>(cu_seqlens.size()) - 1;
  for (std::int32_t b = 0; b < texts; ++b) {
    const std::int32_t begin = cu_seqlens[static_cast<std::size_t>(b)];
    const std::int32_t end = cu_seqlens[static_cast<std::size_t>(b) + 1];
    out.firsts.push_back(begin);
    out.places.push_back(b);
    for (std::int32_t t = begin + 1; t < end; ++t) {
      out.places.push_back(texts + static_cast<std::int32_t>(out.others.size()));
      out.others.push_back(t);
      out.text_of.push_back(b);
    }
    out.cu_others.push_back(static_cast<std::int32_t>(out.others.size()));
  }
  return out;
}

namespace {

at::Tensor rows(const at::Tensor& x, const std::vector<std::int32_t>& index) {
  const at::Tensor copy = at::empty({static_cast<std::int64_t>(index.size())}, at::kInt);
  std::copy(index.begin(), index.end(), copy.data_ptr<std::int32_t>());
  return at::index_select(x, 0, copy);
}

}  // namespace

GlobalAttention::GlobalAttention(const TransformerConfig& config, const ParameterSet& set,
                                 std::int64_t layer, const std::string& prefix)
    : heads_(config.heads),
      head_size_(config.size_of_head()),
      kind_(config.kind(layer)),
      dropout_(config.attention_dropout),
      qkv_(stacked_linear(
          set, {prefix + "attention.query", prefix + "attention.key", prefix + "attention.value"})),
      global_query_(linear_weights(set, prefix + "attention.global_query")),
      global_key_value_(stacked_linear(
          set, {prefix + "attention.global_key", prefix + "attention.global_value"})),
      output_(linear_weights(set, prefix + "attention.output")) {}

// [B, N*D]
at::Tensor GlobalAttention::of_firsts(const at::Tensor& x, const PackGeometry& pack,
                                      Pass& pass) const {
  const ChosenTokens chosen(pack.cu_seqlens.first(pack.cu_seqlens.size() - 1), pack.cu_seqlens);
  const AttentionShape shape{.heads = heads_,
                             .head_size = head_size_,
                             .cu_queries = chosen.cu_queries,
                             .cu_keys = pack.cu_seqlens};
  return cross_attention(linear(at::index_select(x, 0, chosen.index), global_query_),
                         linear(x, global_key_value_), shape, pass.dropout(dropout_));
}

// [T-B, N*D]: attention to the window, joined with that to the first token by the sums of both.
at::Tensor GlobalAttention::of_others(const at::Tensor& x, const Parted& parted, Pass& pass) const {
  const std::int64_t width = heads_ * head_size_;
  const at::Tensor qkv = linear(x, qkv_);
  const at::Tensor body = rows(qkv, parted.others);
  const AttentionSums window = self_attention_sums(body,
                                                   {.heads = heads_,
                                                    .head_size = head_size_,
                                                    .cu_queries = parted.cu_others,
                                                    .cu_keys = parted.cu_others,
                                                    .left = kind_.left,
                                                    .right = kind_.right},
                                                   pass.dropout(dropout_));
  const auto by_head = [&](const at::Tensor& t) {
    return t.to(at::kFloat).view({-1, heads_, head_size_});
  };
  const at::Tensor firsts = rows(rows(qkv, parted.firsts).narrow(1, width, 2 * width),
                                 parted.text_of);  // [T-B, 2*N*D] each token's first's key, value
  const double scale = 1.0 / std::sqrt(static_cast<double>(head_size_));
  const at::Tensor score =
      at::mul(at::sum(at::mul(by_head(body.narrow(1, 0, width).contiguous()),
                              by_head(firsts.narrow(1, 0, width).contiguous())),
                      -1),
              scale);  // [T-B, N]
  const at::Tensor share = at::sigmoid(at::sub(window.lse, score)).unsqueeze(-1);
  const at::Tensor rest =
      dropout(at::sigmoid(at::sub(score, window.lse)).contiguous(), pass.dropout(dropout_));
  const at::Tensor out =
      at::add(at::mul(by_head(window.out), share),
              at::mul(by_head(firsts.narrow(1, width, width).contiguous()), rest.unsqueeze(-1)));
  return out.view({-1, width}).to(x.scalar_type());
}

at::Tensor GlobalAttention::whole(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const {
  const Parted parted = part(pack.cu_seqlens);
  const at::Tensor firsts = of_firsts(x, pack, pass);
  const at::Tensor others = of_others(x, parted, pass);
  return linear(rows(at::cat({firsts, others}, 0), parted.places), output_);
}

at::Tensor GlobalAttention::firsts(const at::Tensor& x, const PackGeometry& pack,
                                   Pass& pass) const {
  return linear(of_firsts(x, pack, pass), output_);
}

}  // namespace trainer::nn
