#include "nn/self_attention.hpp"

#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/split_with_sizes.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sum.h>

#include <algorithm>

#include "nn/landmark_attention.hpp"
#include "nn/modules.hpp"
#include "nn/token_windows.hpp"
#include "nn/tracked_weight.hpp"

namespace trainer::nn {
namespace {

// The weights of a head norm; HeadNorm::kOwn is one norm per head.
std::vector<NormWeights> head_norms(const TransformerConfig& config, const ParameterSet& set,
                                    const std::string& module, std::int64_t heads) {
  if (config.head_norm == HeadNorm::kNone) return {};
  const NormOptions options{.eps = config.norm_eps, .kind = config.head_norm_kind};
  if (config.head_norm != HeadNorm::kOwn) return {norm_weights(set, module, options)};
  std::vector<NormWeights> norms;
  for (std::int64_t i = 0; i < heads; ++i)
    norms.push_back(norm_weights(set, module + "." + std::to_string(i), options));
  return norms;
}

bool is_one_product(const TransformerConfig& c) {
  const ProductGroups& g = c.groups;
  return g.query == 1 && g.key == 1 && g.value == 1 && !g.as_convolution &&
         c.query_bias == c.key_bias && c.key_bias == c.value_bias;
}

}  // namespace

ChosenTokens::ChosenTokens(std::span<const std::int32_t> chosen,
                           std::span<const std::int32_t> cu_seqlens)
    : tokens(chosen.begin(), chosen.end()),
      index(at::empty({static_cast<std::int64_t>(chosen.size())}, at::kInt)) {
  std::copy(tokens.begin(), tokens.end(), index.data_ptr<std::int32_t>());
  cu_queries.push_back(0);
  for (std::size_t b = 0; b < tokens.size(); ++b) {
    starts.push_back(tokens[b] - cu_seqlens[b]);
    cu_queries.push_back(static_cast<std::int32_t>(b) + 1);
  }
}

SelfAttention::SelfAttention(const TransformerConfig& config, const ParameterSet& set,
                             std::int64_t layer, const std::string& prefix)
    : kind_(config.kind(layer)),
      distances_(config.distances),
      heads_(config.heads),
      kv_heads_(config.key_value_heads()),
      head_size_(config.size_of_head()),
      head_norm_(config.head_norm),
      scale_(config.scale_of(layer)),
      soft_cap_(config.soft_cap),
      dropout_(config.attention_dropout),
      joint_(is_one_product(config)),
      query_(linear_weights(set, prefix + "attention.query", config.groups.query)),
      key_(linear_weights(set, prefix + "attention.key", config.groups.key)),
      value_(linear_weights(set, prefix + "attention.value", config.groups.value)),
      turns_values_(config.turns_values),
      landmarks_(config.landmarks),
      output_(linear_weights(set, prefix + "attention.output", config.groups.output)),
      distance_dropout_(config.hidden_dropout),
      query_norms_(head_norms(config, set, prefix + "attention.query_norm", heads_)),
      key_norms_(head_norms(config, set, prefix + "attention.key_norm", kv_heads_)) {
  if (joint_) {
    qkv_ = stacked_linear(
        set, {prefix + "attention.query", prefix + "attention.key", prefix + "attention.value"});
    key_value_ = stacked_linear(set, {prefix + "attention.key", prefix + "attention.value"});
  }
  if (config.value_kernel > 0)
    value_kernel_ = set.weight(prefix + "attention.value_convolution.weight");
  if (config.span_kernel > 0) {
    span_ = SpanWeights{.depthwise = set.weight(prefix + "span.depthwise.weight"),
                        .pointwise = linear_weights(set, prefix + "span.pointwise"),
                        .bias = set.weight(prefix + "span.bias"),
                        .kernel = linear_weights(set, prefix + "span.kernel"),
                        .values = linear_weights(set, prefix + "span.values")};
  }
  if (!distances_.used()) return;
  const bool own = !distances_.shares_projections;
  if (distances_.content_to_position)
    distance_key_ = {
        linear_weights(set, prefix + (own ? "attention.distance_key" : "attention.key"))};
  if (distances_.position_to_content)
    distance_query_ = {
        linear_weights(set, prefix + (own ? "attention.distance_query" : "attention.query"))};
}

AttentionShape SelfAttention::shape(const PackGeometry& pack) const {
  return {.heads = heads_,
          .kv_heads = kv_heads_,
          .head_size = head_size_,
          .cu_queries = pack.cu_seqlens,
          .cu_keys = pack.cu_seqlens,
          .query_starts = {},
          .scale = static_cast<float>(scale_),
          .soft_cap = static_cast<float>(soft_cap_),
          .left = kind_.left,
          .right = kind_.right,
          .bias = pack.bias};
}

// x [rows, heads*D], each head (or the whole row) normalised.
at::Tensor SelfAttention::normalise(const at::Tensor& x, std::int64_t heads,
                                    const std::vector<NormWeights>& norms) const {
  const std::int64_t rows = x.size(0);
  const std::int64_t width = heads * head_size_;
  if (head_norm_ == HeadNorm::kWhole) return add_norm(x, {}, norms.front(), {});
  if (head_norm_ == HeadNorm::kPerHead)
    return add_norm(x.reshape({rows * heads, head_size_}), {}, norms.front(), {})
        .view({rows, width});
  const std::vector<at::Tensor> parts = x.split(head_size_, 1);
  std::vector<at::Tensor> out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out.push_back(add_norm(parts[i].contiguous(), {}, norms[i], {}));
  return at::cat(out, 1);
}

at::Tensor SelfAttention::turned(const at::Tensor& x, std::int64_t heads,
                                 const std::shared_ptr<const RotaryAngles>& angles) const {
  return angles ? rotate(x, {.heads = heads, .head_size = head_size_}, angles) : x;
}

at::Tensor SelfAttention::prepared(const at::Tensor& qkv, const PackGeometry& pack) const {
  at::Tensor x = qkv;
  if (head_norm_ != HeadNorm::kNone) {
    const std::vector<at::Tensor> parts = at::split_with_sizes(
        qkv, {heads_ * head_size_, kv_heads_ * head_size_, kv_heads_ * head_size_}, 1);
    x = at::cat({normalise(parts[0], heads_, query_norms_),
                 normalise(parts[1], kv_heads_, key_norms_), parts[2]},
                1);
  }
  if (kind_.rotary < 0) return x;
  const std::int64_t heads = heads_ + (turns_values_ ? 2 : 1) * kv_heads_;
  return turned(x, heads, pack.angles[static_cast<std::size_t>(kind_.rotary)]);
}

at::Tensor SelfAttention::by_distance(const at::Tensor& q, const at::Tensor& kv,
                                      const AttentionShape& shape, const PackGeometry& pack,
                                      Pass& pass) const {
  const at::Tensor distances = nn::dropout(pack.distances, pass.dropout(distance_dropout_));
  DistanceTerms terms{.keys = {}, .queries = {}, .rows = pack.distance_rows};
  if (!distance_key_.empty()) terms.keys = linear(distances, distance_key_.front());
  if (!distance_query_.empty()) terms.queries = linear(distances, distance_query_.front());
  return disentangled_attention(q, kv, terms, shape, pass.dropout(dropout_));
}

at::Tensor SelfAttention::whole(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const {
  if (distances_.used()) {
    return linear(by_distance(linear(x, query_), keys_and_values(x), shape(pack), pack, pass),
                  output_);
  }
  return linear(context(x, pack, pass), output_);
}

at::Tensor SelfAttention::all_projections(const at::Tensor& x) const {
  if (joint_) return linear(x, qkv_);
  return at::cat({linear(x, query_), linear(x, key_), linear(x, value_)}, 1);
}

at::Tensor SelfAttention::keys_and_values(const at::Tensor& x) const {
  return joint_ ? linear(x, key_value_) : at::cat({linear(x, key_), linear(x, value_)}, 1);
}

at::Tensor SelfAttention::context(const at::Tensor& x, const PackGeometry& pack, Pass& pass) const {
  const at::Tensor qkv = prepared(all_projections(x), pack);
  at::Tensor out =
      landmarks_.used()
          ? landmark_attention(qkv, landmarks_,
                               {.heads = heads_, .head_size = head_size_, .lengths = pack.lengths})
          : self_attention(qkv, shape(pack), pass.dropout(dropout_));
  const std::int64_t queries = heads_ * head_size_;
  if (value_kernel_) {
    const std::int64_t keys = kv_heads_ * head_size_;
    out = at::add(out, convolved_values(qkv.narrow(1, queries + keys, keys), pack));
  }
  if (span_) out = at::cat({out, span_convolution(x, qkv.narrow(1, 0, queries), pack)}, 1);
  return out;
}

at::Tensor SelfAttention::convolved_values(const at::Tensor& values,
                                           const PackGeometry& pack) const {
  const std::int64_t width = value_kernel_->master.size(2);
  const at::Tensor windows = token_windows(values.to(at::kFloat), pack.cu_seqlens, width)
                                 .view({-1, width, heads_, head_size_});
  const at::Tensor kernel = tracked(*value_kernel_).view({heads_, width}).t();
  return at::sum(at::mul(windows, kernel.unsqueeze(-1)), 1)
      .view({-1, heads_ * head_size_})
      .to(values.scalar_type());
}

// Each token's query times a convolution of the keys makes, by head, a kernel of its own, with
// which the values are summed.
at::Tensor SelfAttention::span_convolution(const at::Tensor& x, const at::Tensor& query,
                                           const PackGeometry& pack) const {
  const std::int64_t width = span_->depthwise.master.size(2);
  const at::Tensor depthwise = tracked(span_->depthwise).squeeze(1).t();  // [k,H]
  const at::Tensor near =
      at::sum(at::mul(token_windows(x.to(at::kFloat), pack.cu_seqlens, width), depthwise), 1);
  const at::Tensor keys =
      at::add(linear(near.to(x.scalar_type()), span_->pointwise), tracked(span_->bias).squeeze(1));
  const at::Tensor logits =
      linear(at::mul(keys, query).to(x.scalar_type()), span_->kernel).to(at::kFloat);
  const at::Tensor kernel = at::softmax(logits.view({-1, heads_, width}), -1).transpose(1, 2);
  const at::Tensor windows =
      token_windows(linear(x, span_->values).to(at::kFloat), pack.cu_seqlens, width)
          .view({-1, width, heads_, head_size_});
  return at::sum(at::mul(windows, kernel.unsqueeze(-1)), 1)
      .view({-1, heads_ * head_size_})
      .to(x.scalar_type());
}

at::Tensor SelfAttention::chosen(const at::Tensor& x, const ChosenTokens& tokens,
                                 const PackGeometry& pack, Pass& pass) const {
  // What lies beside attention, or has no single queries, is made of all tokens.
  if (landmarks_.used() || value_kernel_ || span_)
    return linear(at::index_select(context(x, pack, pass), 0, tokens.index), output_);
  at::Tensor q = linear(at::index_select(x, 0, tokens.index), query_);
  at::Tensor kv = keys_and_values(x);
  const std::int64_t keys = kv_heads_ * head_size_;
  if (head_norm_ != HeadNorm::kNone) {
    q = normalise(q, heads_, query_norms_);
    const std::vector<at::Tensor> parts = at::split_with_sizes(kv, {keys, keys}, 1);
    kv = at::cat({normalise(parts[0], kv_heads_, key_norms_), parts[1]}, 1);
  }
  if (kind_.rotary >= 0) {
    const auto& angles = pack.angles[static_cast<std::size_t>(kind_.rotary)];
    q = turned(q, heads_, select_rows(*angles, tokens.tokens));
    kv = turned(kv, (turns_values_ ? 2 : 1) * kv_heads_, angles);
  }
  AttentionShape some = shape(pack);
  some.cu_queries = tokens.cu_queries;
  some.query_starts = tokens.starts;
  if (distances_.used()) return linear(by_distance(q, kv, some, pack, pass), output_);
  return linear(cross_attention(q, kv, some, pass.dropout(dropout_)), output_);
}

}  // namespace trainer::nn
