#include "nn/transformer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones.h>

#include "nn/modules.hpp"
#include "nn/position_bias.hpp"

namespace trainer::nn {
namespace {

std::optional<NormWeights> norm_if_there(const ParameterSet& set, const std::string& module,
                                         const NormOptions& options) {
  if (!set.contains(module + ".weight")) return std::nullopt;
  return norm_weights(set, module, options);
}

}  // namespace

Transformer::Transformer(const TransformerConfig& config, const ParameterSet& set)
    : config_(config),
      compute_(set.compute()),
      words_(set.weight(config.shared_words.empty() ? config.prefix + "embeddings.words.weight"
                                                    : config.shared_words)) {
  const NormOptions norm{.eps = config.norm_eps, .kind = config.norm};
  const auto name = [&](const char* module) { return config.prefix + module; };
  if (config.positions != Positions::kNone)
    position_table_ = set.weight(name("embeddings.positions.weight"));
  if (config.token_type_rows > 0)
    type_tables_.push_back(set.weight(name("embeddings.token_types.weight")));
  if (config.task_type_rows > 0)
    type_tables_.push_back(set.weight(name("embeddings.task_types.weight")));
  if (config.score_bias == ScoreBias::kBuckets && !config.bias_in_each_layer)
    relative_bias_ = set.weight(name("relative_bias.weight"));
  embedding_norm_ = norm_if_there(
      set, name("embeddings.norm"),
      {.eps = config.embedding_norm_eps.value_or(config.norm_eps), .kind = config.norm});
  if (config.rotary_rows > 0) rotary_table_ = set.weight(name("rotary_table.weight"));
  if (config.projects()) projection_ = linear_weights(set, name("embeddings.project"));
  final_norm_ = norm_if_there(set, name("final_norm"), norm);
  if (config.distances.used()) distances_ = set.weight(name("distances.weight"));
  distances_norm_ = norm_if_there(set, name("distances_norm"), norm);
  if (config.convolution.kernel > 0)
    convolution_ = {.weight = set.weight(name("convolution.weight")),
                    .bias = set.weight(name("convolution.bias")),
                    .groups = config.convolution.groups};
  convolution_norm_ = norm_if_there(set, name("convolution_norm"), norm);
  if (config.projects_back) back_ = linear_weights(set, name("project_back"));
  for (std::int64_t i = 0; i < config.layers; ++i) layers_.push_back(make_layer(set, i));
}

Transformer::Layer Transformer::make_layer(const ParameterSet& set, std::int64_t index) const {
  const NormOptions norm{.eps = config_.norm_eps, .kind = config_.norm};
  const std::string prefix = config_.prefix + "layer." + config_.weights_of(index) + ".";
  Layer layer{.attention = SelfAttention(config_, set, index, prefix),
              .feed_forward = FeedForward(config_, set, prefix),
              .attention_norm = norm_if_there(set, prefix + "attention.norm", norm),
              .attention_post_norm = norm_if_there(set, prefix + "attention.post_norm", norm),
              .mlp_norm = norm_if_there(set, prefix + "mlp.norm", norm),
              .mlp_post_norm = norm_if_there(set, prefix + "mlp.post_norm", norm),
              .cross = {},
              .cross_norm = norm_if_there(set, prefix + "cross.norm", norm),
              .bias = {},
              .global = {},
              .relative = {}};
  if (config_.global_first) layer.global = GlobalAttention(config_, set, index, prefix);
  if (config_.relative) layer.relative = RelativeAttention(config_, set, index, prefix);
  if (config_.cross_attention) layer.cross = CrossAttention(config_, set, prefix + "cross.");
  if (config_.score_bias == ScoreBias::kBuckets && config_.bias_in_each_layer)
    layer.bias = set.weight(prefix + "relative_bias.weight");
  return layer;
}

at::Tensor Transformer::attend(const Layer& layer, const at::Tensor& x,
                               const LayerCall& call) const {
  if (layer.global) {
    return call.chosen ? layer.global->firsts(x, call.pack, call.pass)
                       : layer.global->whole(x, call.pack, call.pass);
  }
  if (layer.relative) return layer.relative->forward(x, call.chosen, call.pack, call.pass);
  if (layer.bias) {
    PackGeometry own = call.pack;
    own.bias = bucket_bias(*layer.bias, config_.buckets, longest_of(call.pack.cu_seqlens));
    return call.chosen ? layer.attention.chosen(x, *call.chosen, own, call.pass)
                       : layer.attention.whole(x, own, call.pass);
  }
  return call.chosen ? layer.attention.chosen(x, *call.chosen, call.pack, call.pass)
                     : layer.attention.whole(x, call.pack, call.pass);
}

at::Tensor Transformer::post_layer(const Layer& layer, const at::Tensor& x,
                                   const LayerCall& call) const {
  const at::Tensor attended = attend(layer, x, call);
  const at::Tensor residual = call.chosen ? at::index_select(x, 0, call.chosen->index) : x;
  at::Tensor h = add_norm(attended, residual, *layer.attention_norm,
                          call.pass.dropout(config_.attention_output_dropout));
  if (layer.cross)
    h = add_norm(look_at_encoder(layer, h, call), h, *layer.cross_norm,
                 call.pass.dropout(config_.attention_output_dropout));
  const at::Tensor made = layer.feed_forward.forward(h, call.pass);
  return add_norm(made, h, *layer.mlp_norm, call.pass.dropout(config_.hidden_dropout));
}

at::Tensor Transformer::look_at_encoder(const Layer& layer, const at::Tensor& x,
                                        const LayerCall& call) const {
  const std::span<const std::int32_t> rows =
      call.chosen ? std::span<const std::int32_t>(call.chosen->cu_queries) : call.pack.cu_seqlens;
  return layer.cross->forward(x, *call.encoded, rows, call.pass);
}

// Adds what is due to the stream and normalises it for the next part; without a norm the part reads
// the stream itself.
SumAndNorm Transformer::begin_part(const Stream& stream,
                                   const std::optional<NormWeights>& norm) const {
  if (norm) return add_then_norm(stream.delta, stream.x, *norm, stream.place);
  const at::Tensor delta = dropout(stream.delta, stream.place);
  const at::Tensor x = stream.x.defined() ? at::add(stream.x, delta) : delta;
  return {.sum = x, .norm = x};
}

Transformer::Stream Transformer::pre_layer(const Layer& layer, Stream stream,
                                           const LayerCall& call) const {
  SumAndNorm begun = begin_part(stream, layer.attention_norm);
  if (config_.residual_from_norm) begun.sum = begun.norm;
  stream.delta = attend(layer, begun.norm, call);
  stream.x = call.chosen ? at::index_select(begun.sum, 0, call.chosen->index) : begun.sum;
  stream.place = call.pass.dropout(config_.attention_output_dropout);
  if (layer.attention_post_norm)
    stream.delta = add_norm(stream.delta, {}, *layer.attention_post_norm, {});
  if (layer.cross) {
    begun = begin_part(stream, layer.cross_norm);
    stream.delta = look_at_encoder(layer, begun.norm, call);
    stream.x = begun.sum;
    stream.place = call.pass.dropout(config_.attention_output_dropout);
  }
  begun = begin_part(stream, layer.mlp_norm);
  if (config_.residual_from_norm) begun.sum = begun.norm;
  stream.delta = layer.feed_forward.forward(begun.norm, call.pass);
  stream.x = begun.sum;
  stream.place = call.pass.dropout(config_.hidden_dropout);
  if (layer.mlp_post_norm) stream.delta = add_norm(stream.delta, {}, *layer.mlp_post_norm, {});
  return stream;
}

Transformer::Stream Transformer::parallel_layer(const Layer& layer, Stream stream,
                                                const LayerCall& call) const {
  const SumAndNorm begun = begin_part(stream, layer.attention_norm);
  const at::Tensor attended = attend(layer, begun.norm, call);
  const auto read = [&](const at::Tensor& x) {
    return call.chosen ? at::index_select(x, 0, call.chosen->index) : x;
  };
  stream.x = read(begun.sum);
  const at::Tensor wide =
      layer.mlp_norm ? add_norm(stream.x, {}, *layer.mlp_norm, {}) : read(begun.norm);
  const at::Tensor made = layer.feed_forward.forward(wide, call.pass);
  stream.delta = at::add(dropout(attended, call.pass.dropout(config_.attention_output_dropout)),
                         dropout(made, call.pass.dropout(config_.hidden_dropout)));
  stream.place = {};
  return stream;
}

// DeBERTa's convolution of the embeddings, added to the first layer's output.
at::Tensor Transformer::convolved(const at::Tensor& embedded, const at::Tensor& x,
                                  const LayerCall& call) const {
  at::Tensor made = convolve(embedded, call.pack.cu_seqlens, *convolution_);
  if (call.chosen) made = at::index_select(made, 0, call.chosen->index);
  made = dropout(made, call.pass.dropout(config_.hidden_dropout));
  return add_norm(activate(config_.convolution.activation, made), x, *convolution_norm_, {});
}

Transformer::Stream Transformer::run_layer(std::size_t index, Stream stream,
                                           const LayerCall& call) const {
  const Layer& layer = layers_[index];
  if (config_.residual == Residual::kParallel)
    return parallel_layer(layer, std::move(stream), call);
  if (config_.residual != Residual::kPost) return pre_layer(layer, std::move(stream), call);
  const at::Tensor embedded = stream.delta;
  stream.delta = post_layer(layer, stream.delta, call);
  if (index == 0 && convolution_) stream.delta = convolved(embedded, stream.delta, call);
  return stream;
}

// LayerDrop (Fan et al., 2019): the numbers are those of dropout, one per layer and step.
bool Transformer::leaves_out_layer(Pass& pass) const {
  if (config_.layer_dropout == 0.0) return false;
  const cpu::DropoutPlace place = pass.dropout(config_.layer_dropout);
  at::NoGradGuard no_grad;
  return dropout(at::ones({1, 1}), place).item<float>() == 0.0F;
}

// The stream behind a layer that is left out.
Transformer::Stream Transformer::unchanged(Stream stream, const LayerCall& call) const {
  if (!call.chosen) return stream;
  // What is due is added first: its dropout goes by rows, of which only some are left.
  at::Tensor x = dropout(stream.delta, stream.place);
  if (stream.x.defined()) x = at::add(stream.x, x);
  return {.x = {}, .delta = at::index_select(x, 0, call.chosen->index), .place = {}};
}

at::Tensor Transformer::finish(const Stream& stream) const {
  if (final_norm_) return add_norm(stream.delta, stream.x, *final_norm_, stream.place);
  const at::Tensor delta = dropout(stream.delta, stream.place);
  return stream.x.defined() ? at::add(stream.x, delta) : delta;
}

at::Tensor Transformer::hidden_states(const PackedInput& input,
                                      std::span<const std::int32_t> tokens, Pass& pass) const {
  return decoded_states(input, tokens, nullptr, pass);
}

at::Tensor Transformer::decoded_states(const PackedInput& input,
                                       std::span<const std::int32_t> tokens,
                                       const EncodedTexts* encoded, Pass& pass) const {
  if (config_.landmarks.used()) return padded_states(input, tokens, pass);
  return states(input, tokens, encoded, geometry(input), pass);
}

at::Tensor Transformer::states(const PackedInput& input, std::span<const std::int32_t> tokens,
                               const EncodedTexts* encoded, PackGeometry pack, Pass& pass) const {
  const std::optional<ChosenTokens> chosen =
      tokens.empty() ? std::nullopt : std::optional(ChosenTokens(tokens, input.cu_seqlens));
  Stream stream{.x = {}, .delta = embeddings(input, pass), .place = {}};
  if (config_.relative) add_relative(input, pass, pack);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const bool last = i + 1 == layers_.size();
    const LayerCall call{.pack = pack,
                         .chosen = last && chosen ? &*chosen : nullptr,
                         .encoded = encoded,
                         .pass = pass};
    if (leaves_out_layer(pass)) {
      stream = unchanged(std::move(stream), call);
    } else if (pass.activations() == Activations::kRecomputed) {
      stream = recomputed_layer(i, stream, call);
    } else {
      stream = run_layer(i, std::move(stream), call);
    }
  }
  const at::Tensor x = config_.residual == Residual::kPost ? stream.delta : finish(stream);
  if (back_) return linear(x, *back_);
  return config_.final_dropout ? dropout(x, pass.dropout(config_.hidden_dropout)) : x;
}

}  // namespace trainer::nn
