#include "nn/relative_attention.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <map>

#include "nn/disentangled_attention.hpp"
#include "nn/modules.hpp"
#include "nn/tracked_weight.hpp"

// The three terms are one product each for disentangled_attention(), whose queries q' = q + u meet
// keys k and distances' keys r. What is missing is written into further columns of each head:
//   column     q'                                  k              r
//   segments   (q+w)(s_another - s_same) where     1 at the       0
//   (C)        the segment is not the query's      key's segment
//   one more   1                                   0              (v-u) r
// The same-segment row itself is left out: it moves all scores of a query alike.
namespace trainer::nn {

at::Tensor distance_sinusoids(std::int64_t longest, std::int64_t clamp, std::int64_t hidden) {
  at::NoGradGuard no_grad;
  at::Tensor distance = at::arange(-longest, longest, at::kLong).to(at::kFloat);
  if (clamp > 0)
    distance = at::clamp(distance, -static_cast<double>(clamp), static_cast<double>(clamp));
  const at::Tensor step =
      at::arange(0, hidden, 2, at::kLong).to(at::kFloat).div(static_cast<double>(hidden));
  const at::Tensor angles = at::mul(distance.unsqueeze(1), at::reciprocal(at::pow(10000.0, step)));
  return at::cat({at::sin(angles), at::cos(angles)}, 1);
}

at::Tensor one_hot_segments(std::span<const std::int32_t> type_ids) {
  std::map<std::int32_t, std::int64_t> column;
  for (const std::int32_t id : type_ids) column.try_emplace(id, 0);
  if (column.size() < 2) return {};
  std::int64_t next = 0;
  for (auto& [id, at_column] : column) at_column = next++;
  at::Tensor out = at::zeros({static_cast<std::int64_t>(type_ids.size()), next}, at::kFloat);
  auto* to = out.data_ptr<float>();
  for (const std::int32_t id : type_ids) {
    to[column[id]] = 1.0F;
    to += next;
  }
  return out;
}

RelativeAttention::RelativeAttention(const TransformerConfig& config, const ParameterSet& set,
                                     std::int64_t layer, const std::string& prefix)
    : heads_(config.heads),
      head_size_(config.size_of_head()),
      kind_(config.kind(layer)),
      dropout_(config.attention_dropout),
      query_(linear_weights(set, prefix + "attention.query")),
      key_value_(stacked_linear(set, {prefix + "attention.key", prefix + "attention.value"})),
      distance_(set.weight(prefix + "attention.distance.weight")),
      output_(linear_weights(set, prefix + "attention.output")),
      content_bias_(set.weight(prefix + "attention.content_bias")),
      distance_bias_(set.weight(prefix + "attention.distance_bias")),
      segment_bias_(set.weight(prefix + "attention.segment_bias")),
      segments_(set.weight(prefix + "attention.segments")) {}

// q [rows, N*D] -> [rows, N*(D+C+1)]
at::Tensor RelativeAttention::queries(const at::Tensor& q, const at::Tensor& segments) const {
  const std::int64_t rows = q.size(0);
  const at::Tensor own = q.to(at::kFloat).view({rows, heads_, head_size_});
  std::vector<at::Tensor> columns = {at::add(own, tracked(content_bias_))};
  if (segments.defined()) {
    const at::Tensor pair = tracked(segments_);
    const at::Tensor another =
        at::sum(at::mul(at::add(own, tracked(segment_bias_)), at::sub(pair[1], pair[0])), -1, true);
    columns.push_back(at::mul(another, at::rsub(segments, 1.0).unsqueeze(1)));
  }
  columns.push_back(at::ones({rows, heads_, 1}, at::kFloat));
  return at::cat(columns, -1).view({rows, -1}).to(q.scalar_type());
}

// kv [T, 2*N*D] -> [T, 2*N*(D+C+1)]
at::Tensor RelativeAttention::keys_and_values(const at::Tensor& kv,
                                              const at::Tensor& segments) const {
  const std::int64_t rows = kv.size(0);
  const at::Tensor both = kv.view({rows, 2, heads_, head_size_});
  const auto with = [&](std::int64_t part, const at::Tensor& more) {
    return at::cat({both.select(1, part), more.to(kv.scalar_type())}, -1).view({rows, -1});
  };
  const std::int64_t c = segments.defined() ? segments.size(1) : 0;
  const at::Tensor nothing = at::zeros({rows, heads_, c + 1}, at::kFloat);
  at::Tensor of_key = nothing;
  if (segments.defined()) {
    of_key =
        at::cat({segments.unsqueeze(1).expand({rows, heads_, c}), nothing.narrow(2, 0, 1)}, -1);
  }
  return at::cat({with(0, of_key), with(1, nothing)}, 1);
}

// distances [P,H] -> [P, N*(D+C+1)]
at::Tensor RelativeAttention::distance_keys(const at::Tensor& distances, std::int64_t c) const {
  const std::int64_t rows = distances.size(0);
  // ATen's, for sinusoids have no history that would lead back to the weight.
  const at::Tensor keys =
      at::linear(distances, tracked(distance_)).view({rows, heads_, head_size_});
  const at::Tensor more =
      at::sum(at::mul(keys, at::sub(tracked(distance_bias_), tracked(content_bias_))), -1, true);
  const at::Tensor between = at::zeros({rows, heads_, c}, keys.options());
  return at::cat({keys, between, more}, -1).view({rows, -1});
}

at::Tensor RelativeAttention::forward(const at::Tensor& x, const ChosenTokens* chosen,
                                      const PackGeometry& pack, Pass& pass) const {
  const auto read = [&](const at::Tensor& t) {
    return chosen && t.defined() ? at::index_select(t, 0, chosen->index) : t;
  };
  const std::int64_t c = pack.segments.defined() ? pack.segments.size(1) : 0;
  const std::int64_t width = head_size_ + c + 1;
  AttentionShape shape{
      .heads = heads_,
      .head_size = width,
      .cu_queries = pack.cu_seqlens,
      .cu_keys = pack.cu_seqlens,
      .scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_size_))),
      .left = kind_.left,
      .right = kind_.right};
  if (chosen) {
    shape.cu_queries = chosen->cu_queries;
    shape.query_starts = chosen->starts;
  }
  const at::Tensor out =
      disentangled_attention(queries(linear(read(x), query_), read(pack.segments)),
                             keys_and_values(linear(x, key_value_), pack.segments),
                             {.keys = distance_keys(pack.distances, c).to(x.scalar_type()),
                              .queries = {},
                              .rows = pack.distance_rows},
                             shape, pass.dropout(dropout_));
  const std::int64_t rows = out.size(0);
  const at::Tensor values =
      out.view({rows, heads_, width}).narrow(2, 0, head_size_).reshape({rows, -1});
  return linear(values, output_);
}

}  // namespace trainer::nn
