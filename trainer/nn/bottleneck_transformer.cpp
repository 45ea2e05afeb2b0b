#include "nn/bottleneck_transformer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/index_select.h>

#include "nn/attention.hpp"
#include "nn/embedding.hpp"
#include "nn/modules.hpp"
#include "nn/recompute.hpp"
#include "nn/specs.hpp"
#include "nn/token_windows.hpp"
#include "nn/tracked_weight.hpp"

namespace trainer::nn {
namespace {

// Two of the norms were written without an eps and have LayerNorm's own.
constexpr double kDefaultEps = 1e-5;

std::int64_t inner_size(const TransformerConfig& c) {
  return c.bottleneck->size > 0 ? c.bottleneck->size : c.hidden;
}

void add_dense(std::vector<ParameterSpec>& specs, const std::string& module,
               const std::string& norm, std::int64_t out, std::int64_t in) {
  add_linear(specs, module, out, in);
  add_norm_weights(specs, norm, {out});
}

void add_bottleneck_layer(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                          std::int64_t index) {
  const BottleneckConfig& b = *c.bottleneck;
  const std::string p = "layer." + std::to_string(index) + ".";
  const std::int64_t inner = inner_size(c);
  if (b.size > 0) {
    add_dense(specs, p + "input", p + "input_norm", inner, c.hidden);
    if (b.shared) add_dense(specs, p + "shared", p + "shared_norm", inner, c.hidden);
  }
  add_linear(specs, p + "attention.query", inner, inner);
  add_linear(specs, p + "attention.key", inner, inner);
  add_linear(specs, p + "attention.value", inner, b.attention ? inner : c.hidden);
  add_dense(specs, p + "attention.output", p + "attention.norm", inner, inner);
  for (std::int64_t i = 0; i + 1 < b.feed_forwards; ++i) {
    const std::string f = p + "ffn." + std::to_string(i) + ".";
    add_linear(specs, f + "up", c.feed_forward, inner);
    add_dense(specs, f + "down", f + "norm", inner, c.feed_forward);
  }
  add_linear(specs, p + "mlp.up", c.feed_forward, inner);
  add_dense(specs, p + "mlp.down", p + "mlp.norm", inner, c.feed_forward);
  if (b.size > 0) add_dense(specs, p + "back", p + "back_norm", c.hidden, inner);
}

}  // namespace

std::vector<ParameterSpec> bottleneck_parameters(const TransformerConfig& c) {
  std::vector<ParameterSpec> specs;
  add_table(specs, "embeddings.words", c.vocab_size, c.embedding_size);
  add_table(specs, "embeddings.positions", c.position_rows, c.hidden);
  add_table(specs, "embeddings.token_types", c.token_type_rows, c.hidden);
  add_linear(specs, "embeddings.project", c.hidden,
             c.embedding_size * (c.bottleneck->trigrams ? 3 : 1));
  add_norm_weights(specs, "embeddings.norm", {c.hidden});
  for (std::int64_t i = 0; i < c.layers; ++i) add_bottleneck_layer(specs, c, i);
  return specs;
}

BottleneckTransformer::BottleneckTransformer(const TransformerConfig& config,
                                             const ParameterSet& set)
    : config_(config),
      bottleneck_(*config.bottleneck),
      compute_(set.compute()),
      words_(set.weight("embeddings.words.weight")),
      positions_(set.weight("embeddings.positions.weight")),
      token_types_(set.weight("embeddings.token_types.weight")),
      project_(linear_weights(set, "embeddings.project")),
      embedding_norm_(norm_weights(set, "embeddings.norm", {.eps = kDefaultEps})) {
  for (std::int64_t i = 0; i < config.layers; ++i) layers_.push_back(make_layer(set, i));
}

BottleneckTransformer::Dense BottleneckTransformer::dense(const ParameterSet& set,
                                                          const std::string& module,
                                                          const std::string& norm,
                                                          double eps) const {
  return {.linear = linear_weights(set, module), .norm = norm_weights(set, norm, {.eps = eps})};
}

BottleneckTransformer::Layer BottleneckTransformer::make_layer(const ParameterSet& set,
                                                               std::int64_t index) const {
  const std::string p = "layer." + std::to_string(index) + ".";
  const double eps = config_.norm_eps;
  Layer layer{.input = {},
              .shared = {},
              .query = linear_weights(set, p + "attention.query"),
              .key = linear_weights(set, p + "attention.key"),
              .value = linear_weights(set, p + "attention.value"),
              .output = dense(set, p + "attention.output", p + "attention.norm", eps),
              .feed_forwards = {},
              .back = {}};
  if (bottleneck_.size > 0) {
    layer.input = dense(set, p + "input", p + "input_norm", eps);
    if (bottleneck_.shared) layer.shared = dense(set, p + "shared", p + "shared_norm", eps);
    layer.back = dense(set, p + "back", p + "back_norm", eps);
  }
  for (std::int64_t i = 0; i + 1 < bottleneck_.feed_forwards; ++i) {
    const std::string f = p + "ffn." + std::to_string(i) + ".";
    layer.feed_forwards.push_back(
        {.up = linear_weights(set, f + "up"), .down = dense(set, f + "down", f + "norm", eps)});
  }
  layer.feed_forwards.push_back({.up = linear_weights(set, p + "mlp.up"),
                                 .down = dense(set, p + "mlp.down", p + "mlp.norm", kDefaultEps)});
  return layer;
}

at::Tensor BottleneckTransformer::norm(const at::Tensor& x, const at::Tensor& residual,
                                       const NormWeights& weights,
                                       const cpu::DropoutPlace& place) const {
  if (!bottleneck_.plain_norm) return add_norm(x, residual, weights, place);
  at::Tensor sum = dropout(x, place);
  if (residual.defined()) sum = sum + residual;
  return (sum * tracked(weights.gamma) + tracked(*weights.beta)).to(x.scalar_type());
}

at::Tensor BottleneckTransformer::embeddings(const PackedInput& input, Pass& pass) const {
  const auto tokens = static_cast<std::int64_t>(input.ids.size());
  at::Tensor x = embed({{words_, input.ids}}, tokens, compute_);
  // The next token's embedding comes first.
  if (bottleneck_.trigrams)
    x = at::flip(token_windows(x, input.cu_seqlens, 3), {1}).reshape({tokens, 3 * x.size(1)});
  if (bottleneck_.trigrams || config_.projects()) x = linear(x, project_);
  x = x + embed({{positions_, input.positions}, {token_types_, input.type_ids}}, tokens, compute_);
  x = norm(x, {}, embedding_norm_, {});
  return dropout(x, pass.dropout(config_.embedding_dropout));
}

at::Tensor BottleneckTransformer::attended(const Layer& layer, const at::Tensor& x,
                                           std::span<const std::int32_t> cu_seqlens,
                                           Pass& pass) const {
  const auto through = [&](const Dense& dense) {
    return norm(linear(x, dense.linear), {}, dense.norm, {});
  };
  at::Tensor for_scores = x;
  at::Tensor for_values = x;
  if (layer.input && bottleneck_.attention) {
    for_scores = for_values = through(*layer.input);
  } else if (layer.shared) {
    for_scores = through(*layer.shared);
  }
  const at::Tensor q = linear(for_scores, layer.query);
  const at::Tensor kv =
      at::cat({linear(for_scores, layer.key), linear(for_values, layer.value)}, 1);
  const AttentionShape shape{.heads = config_.heads,
                             .head_size = config_.size_of_head(),
                             .cu_queries = cu_seqlens,
                             .cu_keys = cu_seqlens};
  return cross_attention(q, kv, shape, pass.dropout(config_.attention_dropout));
}

at::Tensor BottleneckTransformer::run(const Layer& layer, const at::Tensor& stream,
                                      std::span<const std::int32_t> cu_seqlens,
                                      const ChosenTokens* chosen, Pass& pass) const {
  at::Tensor context = attended(layer, stream, cu_seqlens, pass);
  at::Tensor x = stream;
  if (chosen != nullptr) {
    context = at::index_select(context, 0, chosen->index);
    x = at::index_select(stream, 0, chosen->index);
  }
  at::Tensor h = layer.input ? norm(linear(x, layer.input->linear), {}, layer.input->norm, {}) : x;
  // Inside a bottleneck nothing is dropped.
  const double inside = layer.input ? 0.0 : config_.hidden_dropout;
  h = norm(linear(context, layer.output.linear), h, layer.output.norm, pass.dropout(inside));
  for (std::size_t i = 0; i < layer.feed_forwards.size(); ++i) {
    const FeedForwardPart& part = layer.feed_forwards[i];
    const bool last = i + 1 == layer.feed_forwards.size();
    const at::Tensor made =
        linear(activate(config_.activation, linear(h, part.up)), part.down.linear);
    h = norm(made, h, part.down.norm, pass.dropout(last ? inside : 0.0));
  }
  if (!layer.back) return h;
  return norm(linear(h, layer.back->linear), x, layer.back->norm,
              pass.dropout(config_.hidden_dropout));
}

at::Tensor BottleneckTransformer::recomputed(const Layer& layer, const at::Tensor& x,
                                             std::span<const std::int32_t> cu_seqlens,
                                             const ChosenTokens* chosen, Pass& pass) const {
  const auto again = [this, &layer, cu = std::vector(cu_seqlens.begin(), cu_seqlens.end()),
                      tokens = chosen != nullptr ? std::optional(*chosen) : std::nullopt](
                         const at::Tensor& in, Pass& its_pass) {
    return run(layer, in, cu, tokens ? &*tokens : nullptr, its_pass);
  };
  const Pass before = pass;  // whose dropout the second run draws again
  const at::Tensor out = [&] {
    const at::NoGradGuard no_history;
    return again(x, pass);
  }();
  return recompute_in_backward({out}, {x},
                               [again, before](const std::vector<at::Tensor>& in) {
                                 Pass its_pass = before;
                                 const RunningPass running(its_pass);
                                 return std::vector<at::Tensor>{again(in[0], its_pass)};
                               })
      .front();
}

at::Tensor BottleneckTransformer::hidden_states(const PackedInput& input,
                                                std::span<const std::int32_t> tokens,
                                                Pass& pass) const {
  const std::optional<ChosenTokens> chosen =
      tokens.empty() ? std::nullopt : std::optional(ChosenTokens(tokens, input.cu_seqlens));
  at::Tensor x = embeddings(input, pass);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const bool last = i + 1 == layers_.size();
    const ChosenTokens* of_layer = last && chosen ? &*chosen : nullptr;
    x = pass.activations() == Activations::kRecomputed
            ? recomputed(layers_[i], x, input.cu_seqlens, of_layer, pass)
            : run(layers_[i], x, input.cu_seqlens, of_layer, pass);
  }
  return x;
}

}  // namespace trainer::nn
