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

struct ProductSize {
  std::int64_t out = 0;
  std::int64_t in = 0;
  std::int64_t groups = 1;
};

// The weight of a product that may be divided into groups.
void add_product(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                 const std::string& module, const ProductSize& size) {
  add_weight(specs, module, size.out, size.in / size.groups);
  if (size.groups > 1) specs.back().role = Role::kOther;
  if (!c.groups.as_convolution) return;
  specs.back().shape.push_back(1);
  specs.back().role = Role::kOther;
}

// ConvBERT's convolution beside attention; a convolution's own deviation is the model's.
void add_span(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
              const std::string& prefix) {
  const std::int64_t size = c.heads * c.size_of_head();
  specs.push_back({.name = prefix + "depthwise.weight",
                   .stored_name = {},
                   .shape = {c.hidden, 1, c.span_kernel}});
  specs.push_back(
      {.name = prefix + "pointwise.weight", .stored_name = {}, .shape = {size, c.hidden, 1}});
  add_bias(specs, prefix.substr(0, prefix.size() - 1), size);
  specs.back().shape.push_back(1);
  add_linear(specs, prefix + "kernel", c.heads * c.span_kernel, size);
  add_linear(specs, prefix + "values", size, c.hidden);
}

// XLNet's projection of distances, its biases and the rows of "same segment" and "another".
void add_relative(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                  const std::string& prefix) {
  const std::int64_t d = c.size_of_head();
  add_weight(specs, prefix + "distance", c.heads * d, c.hidden);
  for (const char* bias : {"content_bias", "distance_bias", "segment_bias"}) {
    specs.push_back(
        {.name = prefix + bias, .stored_name = {}, .shape = {c.heads, d}, .decay = Decay::kNo});
  }
  specs.push_back({.name = prefix + "segments", .stored_name = {}, .shape = {2, c.heads, d}});
}

void add_attention(std::vector<ParameterSpec>& specs, const TransformerConfig& c,
                   const std::string& prefix) {
  const std::int64_t queries = c.heads * c.size_of_head();
  const std::int64_t keys = c.key_value_heads() * c.size_of_head();
  add_product(specs, c, prefix + "query", {queries, c.hidden, c.groups.query});
  add_product(specs, c, prefix + "key", {keys, c.hidden, c.groups.key});
  add_product(specs, c, prefix + "value", {keys, c.hidden, c.groups.value});
  if (c.query_bias) add_bias(specs, prefix + "query", queries);
  if (c.key_bias) add_bias(specs, prefix + "key", keys);
  if (c.value_bias) add_bias(specs, prefix + "value", keys);
  add_head_norm(specs, c, prefix + "query_norm", c.heads);
  add_head_norm(specs, c, prefix + "key_norm", c.key_value_heads());
  const std::int64_t context = c.span_kernel > 0 ? 2 * queries : queries;
  add_product(specs, c, prefix + "output", {c.hidden, context, c.groups.output});
  if (c.output_bias) add_bias(specs, prefix + "output", c.hidden);
  if (c.value_kernel > 0) {
    specs.push_back({.name = prefix + "value_convolution.weight",
                     .stored_name = {},
                     .shape = {c.heads, 1, c.value_kernel, 1}});
  }
  if (c.global_first) {
    for (const char* module : {"global_query", "global_key", "global_value"})
      add_weight(specs, prefix + module, queries, c.hidden);
    for (const char* module : {"global_query", "global_key", "global_value"})
      add_bias(specs, prefix + module, queries);
  }
  if (c.relative) add_relative(specs, c, prefix);
  if (!c.distances.used() || c.distances.shares_projections) return;
  if (c.distances.content_to_position)
    add_linear(specs, prefix + "distance_key", queries, c.hidden, bias_if(c.distances.key_bias));
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
  add_product(specs, c, prefix + "up", {c.feed_forward, c.hidden, c.groups.up});
  if (c.gated && c.up_bias) add_bias(specs, prefix + "gate", c.feed_forward);
  if (c.up_bias) add_bias(specs, prefix + "up", c.feed_forward);
  add_product(specs, c, prefix + "down", {c.hidden, c.feed_forward, c.groups.down});
  if (c.down_bias) add_bias(specs, prefix + "down", c.hidden);
}

void add_layer(std::vector<ParameterSpec>& specs, const TransformerConfig& c, std::int64_t index) {
  const std::string prefix = "layer." + c.weights_of(index) + ".";
  const bool inner = c.residual == Residual::kInner;
  const bool after = inner || c.residual == Residual::kSandwich;
  const bool first_without = index == 0 && !c.first_attention_norm;
  add_attention(specs, c, prefix + "attention.");
  if (c.span_kernel > 0) add_span(specs, c, prefix + "span.");
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
  if (c.rotary_rows > 0) {
    add_table(specs, "rotary_table", c.rotary_rows, c.size_of_head());
    specs.back().init = Init::kSinusoids;
    specs.back().decay = Decay::kNo;  // it has no gradient either: it stays as it is
  }
  if (c.final_norm) add_norm(specs, c, "final_norm", c.hidden);
  if (c.projects_back) add_weight(specs, "project_back", e, c.hidden);
  for (ParameterSpec& spec : specs) spec.name = c.prefix + spec.name;
  return specs;
}

}  // namespace trainer::nn
