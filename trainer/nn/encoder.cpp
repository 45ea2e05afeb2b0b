#include "nn/encoder.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <algorithm>

#include "nn/attention.hpp"
#include "nn/embedding.hpp"
#include "nn/specs.hpp"

namespace trainer::nn {
namespace {

std::string layer_name(std::int64_t index) { return "layer." + std::to_string(index) + "."; }

LinearWeights linear_weights(const ParameterSet& set, const std::string& name) {
  return {.weight = set.weight(name + ".weight"), .bias = set.weight(name + ".bias")};
}

LinearWeights stacked_weights(const ParameterSet& set, std::initializer_list<std::string> modules) {
  std::vector<std::string> weights;
  std::vector<std::string> biases;
  for (const std::string& module : modules) {
    weights.push_back(module + ".weight");
    biases.push_back(module + ".bias");
  }
  return {.weight = set.stacked(weights), .bias = set.stacked(biases)};
}

NormWeights norm_weights(const ParameterSet& set, const std::string& name, double eps) {
  return {.gamma = set.weight(name + ".weight"), .beta = set.weight(name + ".bias"), .eps = eps};
}

void add_layer(std::vector<ParameterSpec>& specs, const EncoderConfig& config, std::int64_t index) {
  const std::string prefix = layer_name(index);
  const std::int64_t h = config.hidden;
  for (const char* part : {"query", "key", "value"}) {
    specs.push_back(
        {.name = prefix + "attention." + part + ".weight", .stored_name = {}, .shape = {h, h}});
  }
  for (const char* part : {"query", "key", "value"}) {
    specs.push_back({.name = prefix + "attention." + part + ".bias",
                     .stored_name = {},
                     .shape = {h},
                     .init = Init::kZeros,
                     .decay = Decay::kNo});
  }
  add_linear(specs, prefix + "attention.output", h, h);
  add_norm_weights(specs, prefix + "attention.norm", h);
  add_linear(specs, prefix + "up", config.feed_forward, h);
  add_linear(specs, prefix + "down", h, config.feed_forward);
  add_norm_weights(specs, prefix + "norm", h);
}

// Position rows counted over non-pad tokens, as RoBERTa's checkpoints were trained.
std::vector<std::int32_t> positions_after_pad(const EncoderInput& input, std::int32_t pad_id) {
  std::vector<std::int32_t> rows(input.ids.size());
  for (std::size_t b = 0; b + 1 < input.cu_seqlens.size(); ++b) {
    std::int32_t seen = 0;
    for (std::int32_t t = input.cu_seqlens[b]; t < input.cu_seqlens[b + 1]; ++t) {
      const auto at = static_cast<std::size_t>(t);
      rows[at] = input.ids[at] == pad_id ? pad_id : pad_id + ++seen;
    }
  }
  return rows;
}

}  // namespace

std::vector<ParameterSpec> encoder_parameters(const EncoderConfig& config) {
  std::vector<ParameterSpec> specs;
  const std::int64_t e = config.embedding_size;
  add_table(specs, "embeddings.words", config.vocab_size, e);
  add_table(specs, "embeddings.positions", config.position_rows, e);
  if (config.token_type_rows > 0)
    add_table(specs, "embeddings.token_types", config.token_type_rows, e);
  if (config.task_type_rows > 0)
    add_table(specs, "embeddings.task_types", config.task_type_rows, e);
  add_norm_weights(specs, "embeddings.norm", e);
  if (e != config.hidden) add_linear(specs, "embeddings.project", config.hidden, e);
  for (std::int64_t i = 0; i < config.layers; ++i) add_layer(specs, config, i);
  return specs;
}

Encoder::Encoder(const EncoderConfig& config, const ParameterSet& set)
    : config_(config),
      compute_(set.compute()),
      words_(set.weight("embeddings.words.weight")),
      position_table_(set.weight("embeddings.positions.weight")),
      embedding_norm_(norm_weights(set, "embeddings.norm", config.norm_eps)) {
  if (config.token_type_rows > 0)
    type_tables_.push_back(set.weight("embeddings.token_types.weight"));
  if (config.task_type_rows > 0) type_tables_.push_back(set.weight("embeddings.task_types.weight"));
  if (config.embedding_size != config.hidden)
    projection_.push_back(linear_weights(set, "embeddings.project"));
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string prefix = layer_name(i);
    const std::string query = prefix + "attention.query";
    const std::string key = prefix + "attention.key";
    const std::string value = prefix + "attention.value";
    layers_.push_back(
        {.qkv = stacked_weights(set, {query, key, value}),
         .query = linear_weights(set, query),
         .key_value = stacked_weights(set, {key, value}),
         .attention_output = linear_weights(set, prefix + "attention.output"),
         .attention_norm = norm_weights(set, prefix + "attention.norm", config.norm_eps),
         .up = linear_weights(set, prefix + "up"),
         .down = linear_weights(set, prefix + "down"),
         .output_norm = norm_weights(set, prefix + "norm", config.norm_eps)});
  }
}

at::Tensor Encoder::embeddings(const EncoderInput& input, Pass& pass) const {
  std::vector<std::int32_t> shifted;
  std::span<const std::int32_t> positions = input.positions;
  if (config_.positions == Positions::kAfterPad) {
    shifted = positions_after_pad(input, config_.pad_id);
    positions = shifted;
  }
  std::vector<EmbeddingLookup> lookups = {{words_, input.ids}, {position_table_, positions}};
  for (std::size_t i = 0; i < type_tables_.size(); ++i) {
    const bool token_types = i == 0 && config_.token_type_rows > 0;
    lookups.push_back(
        {type_tables_[i], token_types ? input.type_ids : std::span<const std::int32_t>()});
  }
  at::Tensor x = embed(lookups, static_cast<std::int64_t>(input.ids.size()), compute_);
  x = add_norm(x, {}, embedding_norm_, {});
  x = dropout(x, pass.dropout(config_.hidden_dropout));
  return projection_.empty() ? x : linear(x, projection_.front());
}

at::Tensor Encoder::finish_layer(const Layer& layer, const at::Tensor& context,
                                 const at::Tensor& residual, Pass& pass) const {
  const at::Tensor h =
      add_norm(linear(context, layer.attention_output), residual, layer.attention_norm,
               pass.dropout(config_.attention_output_dropout));
  const at::Tensor wide = activate(config_.activation, linear(h, layer.up));
  return add_norm(linear(wide, layer.down), h, layer.output_norm,
                  pass.dropout(config_.hidden_dropout));
}

at::Tensor Encoder::whole_layer(const Layer& layer, const at::Tensor& x, const EncoderInput& input,
                                Pass& pass) const {
  const AttentionShape shape{.heads = config_.heads,
                             .head_size = config_.hidden / config_.heads,
                             .cu_queries = input.cu_seqlens,
                             .cu_keys = input.cu_seqlens};
  const at::Tensor context =
      self_attention(linear(x, layer.qkv), shape, pass.dropout(config_.attention_dropout));
  return finish_layer(layer, context, x, pass);
}

at::Tensor Encoder::first_token_layer(const Layer& layer, const at::Tensor& x,
                                      const EncoderInput& input, Pass& pass) const {
  const auto sequences = static_cast<std::int64_t>(input.cu_seqlens.size()) - 1;
  at::Tensor first = at::empty({sequences}, at::kInt);
  std::copy_n(input.cu_seqlens.begin(), sequences, first.data_ptr<std::int32_t>());
  std::vector<std::int32_t> one_each(input.cu_seqlens.size());
  for (std::size_t i = 0; i < one_each.size(); ++i) one_each[i] = static_cast<std::int32_t>(i);
  const at::Tensor rows = at::index_select(x, 0, first);
  const AttentionShape shape{.heads = config_.heads,
                             .head_size = config_.hidden / config_.heads,
                             .cu_queries = one_each,
                             .cu_keys = input.cu_seqlens};
  const at::Tensor context = cross_attention(linear(rows, layer.query), linear(x, layer.key_value),
                                             shape, pass.dropout(config_.attention_dropout));
  return finish_layer(layer, context, rows, pass);
}

at::Tensor Encoder::first_tokens(const EncoderInput& input, Pass& pass) const {
  at::Tensor x = embeddings(input, pass);
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) x = whole_layer(layers_[i], x, input, pass);
  return first_token_layer(layers_.back(), x, input, pass);
}

}  // namespace trainer::nn
