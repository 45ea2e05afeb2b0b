#include "nn/specs.hpp"
#include "nn/transformer.hpp"

namespace trainer::nn {
namespace {

Bias bias_if(bool wanted) { return wanted ? Bias::kYes : Bias::kNo; }

void add_norm(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
              const std::string& module, std::int64_t size) {
  add_norm_weights(specs, module, {size}, bias_if(c.norm == NormKind::kLayer && c.norm_bias),
                   c.norm == NormKind::kRmsPlusOne ? Init::kZeros : Init::kOnes);
}

void add_head_norm(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                   const std::string& module, std::int64_t heads) {
  const Bias bias = bias_if(c.head_norm_bias);
  const Init init = c.head_norm_kind == NormKind::kRmsPlusOne ? Init::kZeros : Init::kOnes;
  const std::int64_t d = c.size_of_head();
  if (c.head_norm == HeadNorm::kPerHead) add_norm_weights(specs, module, {d}, bias, init);
  if (c.head_norm == HeadNorm::kWhole) add_norm_weights(specs, module, {heads * d}, bias, init);
  if (c.head_norm != HeadNorm::kOwn) return;
  for (std::int64_t i = 0; i < heads; ++i)
    add_norm_weights(specs, module + "." + std::to_string(i), {d}, bias, init);
}

void add_attention(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                   const std::string& prefix) {
  const std::int64_t queries = c.heads * c.size_of_head();
  const std::int64_t keys = c.key_value_heads() * c.size_of_head();
  add_weight(specs, prefix + "query", queries, c.hidden);
  add_weight(specs, prefix + "key", keys, c.hidden);
  add_weight(specs, prefix + "value", keys, c.hidden);
  if (c.query_bias) add_bias(specs, prefix + "query", queries);
  if (c.key_bias) add_bias(specs, prefix + "key", keys);
  if (c.value_bias) add_bias(specs, prefix + "value", keys);
  add_head_norm(specs, c, prefix + "query_norm", c.heads);
  add_head_norm(specs, c, prefix + "key_norm", c.key_value_heads());
  add_linear(specs, prefix + "output", c.hidden, queries, bias_if(c.output_bias));
  if (!c.distances.used() || c.distances.shares_projections) return;
  if (c.distances.content_to_position)
    add_linear(specs, prefix + "distance_key", queries, c.hidden);
  if (c.distances.position_to_content)
    add_linear(specs, prefix + "distance_query", queries, c.hidden);
}

void add_cross_attention(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                         const std::string& prefix) {
  const std::int64_t queries = c.heads * c.size_of_head();
  add_weight(specs, prefix + "query", queries, c.hidden);
  if (c.query_bias) add_bias(specs, prefix + "query", queries);
  add_weight(specs, prefix + "key", queries, c.hidden);
  add_weight(specs, prefix + "value", queries, c.hidden);
  if (c.key_bias) add_bias(specs, prefix + "key", queries);
  if (c.value_bias) add_bias(specs, prefix + "value", queries);
  add_linear(specs, prefix + "output", c.hidden, queries, bias_if(c.output_bias));
  add_norm(specs, c, prefix + "norm", c.hidden);
}

void add_bias_table(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                    const std::string& module) {
  add_table(specs, module, c.buckets.table_rows(), c.heads);
  specs.back().decay = Decay::kNo;  // its stored name says "bias"
}

void add_feed_forward(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                      const std::string& prefix) {
  if (c.gated) add_weight(specs, prefix + "gate", c.feed_forward, c.hidden);
  add_weight(specs, prefix + "up", c.feed_forward, c.hidden);
  if (c.gated && c.up_bias) add_bias(specs, prefix + "gate", c.feed_forward);
  if (c.up_bias) add_bias(specs, prefix + "up", c.feed_forward);
  add_linear(specs, prefix + "down", c.hidden, c.feed_forward, bias_if(c.down_bias));
}

void add_layer(std::vector<ParameterSpec>& specs, const TransformerConfig& c, std::int64_t index) {
  const std::string prefix = "layer." + c.weights_of(index) + ".";
  const bool inner = c.residual == Residual::kInner;
  const bool after = inner || c.residual == Residual::kSandwich;
  const bool first_without = index == 0 && !c.first_attention_norm;
  add_attention(specs, c, prefix + "attention.");
  if (!inner && !first_without) add_norm(specs, c, prefix + "attention.norm", c.hidden);
  if (after) add_norm(specs, c, prefix + "attention.post_norm", c.hidden);
  if (c.score_bias == ScoreBias::kBuckets && c.bias_in_each_layer)
    add_bias_table(specs, c, prefix + "relative_bias");
  if (c.cross_attention) add_cross_attention(specs, c, prefix + "cross.");
  add_feed_forward(specs, c, prefix + "mlp.");
  const bool shared = c.residual == Residual::kParallel && c.shared_norm;
  if (!inner && !shared) add_norm(specs, c, prefix + "mlp.norm", c.hidden);
  if (after) add_norm(specs, c, prefix + "mlp.post_norm", c.hidden);
}

}  // namespace

std::vector<ParameterSpec> transformer_parameters(const TransformerConfig& c) {
  std::vector<ParameterSpec> specs;
  const std::int64_t e = c.embedding_size;
  if (c.shared_words.empty()) add_table(specs, "embeddings.words", c.vocab_size, e);
  if (c.positions != Positions::kNone) {
    add_table(specs, "embeddings.positions", c.position_rows,
              c.positions_after_project ? c.hidden : e);
  }
  if (c.token_type_rows > 0) add_table(specs, "embeddings.token_types", c.token_type_rows, e);
  if (c.task_type_rows > 0) add_table(specs, "embeddings.task_types", c.task_type_rows, e);
  if (c.embedding_norm) add_norm(specs, c, "embeddings.norm", e);
  if (c.projects()) add_linear(specs, "embeddings.project", c.hidden, e, bias_if(c.project_bias));
  for (std::int64_t i = 0; i < c.layers; ++i) {
    bool first_of_its_weights = true;
    for (std::int64_t j = 0; j < i; ++j)
      first_of_its_weights = first_of_its_weights && c.weights_of(j) != c.weights_of(i);
    if (first_of_its_weights) add_layer(specs, c, i);
  }
  if (c.score_bias == ScoreBias::kBuckets && !c.bias_in_each_layer)
    add_bias_table(specs, c, "relative_bias");
  if (c.distances.used()) add_table(specs, "distances", 2 * c.distances.rows.span, c.hidden);
  if (c.distances.used() && c.distances.norm) add_norm(specs, c, "distances_norm", c.hidden);
  if (c.convolution.kernel > 0) {
    specs.push_back({.name = "convolution.weight",
                     .stored_name = {},
                     .shape = {c.hidden, c.hidden / c.convolution.groups, c.convolution.kernel}});
    add_bias(specs, "convolution", c.hidden);
    add_norm(specs, c, "convolution_norm", c.hidden);
  }
  if (c.final_norm) add_norm(specs, c, "final_norm", c.hidden);
  if (c.projects_back) add_weight(specs, "project_back", e, c.hidden);
  for (ParameterSpec& spec : specs) spec.name = c.prefix + spec.name;
  return specs;
}

}  // namespace trainer::nn
