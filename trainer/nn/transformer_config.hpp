#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/activation.hpp"
#include "nn/attention.hpp"
#include "nn/disentangled_attention.hpp"
#include "nn/norm.hpp"
#include "nn/position_bias.hpp"
#include "nn/rotary.hpp"

// A transformer stack as data: which model is which is said by TransformerConfig alone, for
// encoders (every token sees both sides) and decoders (LayerKind::right = 0) alike.
// T tokens in the pack, B sequences, H hidden, E embedding size, F feed-forward, N query heads, K
// key-value heads, D head size.
namespace trainer::nn {

// Where a token's row of the position table comes from.
enum class Positions {
  kNone,      // there is no table
  kAbsolute,  // position_offset + 0, 1, 2 … within its sequence
  kAfterPad,  // as RoBERTa: pad_id + 1 + the count of non-pad tokens before it; pad tokens take row
              // pad_id
};

// How a layer joins its two parts, f = attention and g = feed-forward, to the stream x.
enum class Residual {
  kPost,      // x = norm(x + f(x)); x = norm(x + g(x))
  kPre,       // x = x + f(norm(x)); x = x + g(norm(x))
  kSandwich,  // x = x + post_norm(f(norm(x))); x = x + post_norm(g(norm(x)))
  kInner,     // x = x + post_norm(f(x)); x = x + post_norm(g(x))
  kParallel,  // x = x + f(norm(x)) + g(mlp_norm(x)), or g of the same norm: shared_norm
};

// A norm of queries and keys before they are turned.
enum class HeadNorm {
  kNone,
  kPerHead,  // over a head's D numbers, one weight [D] for all heads
  kOwn,      // over a head's D numbers, weights [N,D] of each head's own
  kWhole,    // over all heads together, weight [N*D]
};

enum class ScoreBias {
  kNone,
  kAlibi,
  kAlibiByKey,  // as Falcon: of the key's place alone, rounded to bf16, scaled with the scores
  kBuckets,
};

// DeBERTa's scores by distance (disentangled_attention.hpp). P = 2*span rows of [H].
struct DistanceConfig {
  DistanceRows rows;  // span 0: the model has none
  bool content_to_position = false;
  bool position_to_content = false;
  bool shares_projections = false;  // distances go through the layer's own query and key
  bool norm = false;                // LayerNorm over the distances' embeddings
  bool key_bias = true;             // of the distances' own key projection

  bool used() const { return rows.span > 0; }
};

// DeBERTa's convolution beside the first layer, added to its output. Kernel k over tokens, zeros
// around each text.
struct ConvolutionConfig {
  std::int64_t kernel = 0;  // 0: none
  std::int64_t groups = 1;
  Activation activation = Activation::kTanh;
};

// Groups of the products that SqueezeBERT and ConvBERT divide: each sees its share of the columns.
struct ProductGroups {
  std::int64_t query = 1;
  std::int64_t key = 1;
  std::int64_t value = 1;
  std::int64_t output = 1;
  std::int64_t up = 1;
  std::int64_t down = 1;
  bool as_convolution = false;  // weights are stored as [out,in/groups,1], those of one group too
};

// Nystroemformer's attention through the means of a text's segments (landmark_attention.hpp). Its
// numbers depend on padding: every text is padded to `length` tokens.
struct LandmarkConfig {
  std::int64_t landmarks = 0;  // 0: the model has none, and attention is whole
  std::int64_t length = 0;     // a multiple of landmarks

  bool used() const { return landmarks > 0; }
};

// MobileBERT's layers (bottleneck_transformer.hpp).
struct BottleneckConfig {
  std::int64_t size = 0;           // a layer's width inside; 0: layers are as wide as the stream
  bool trigrams = true;            // a token's embedding is its neighbours' too
  bool shared = true;              // query and key read a bottleneck of their own
  bool attention = false;          // query, key and value read the layer's bottleneck
  bool plain_norm = true;          // x * weight + bias instead of LayerNorm
  std::int64_t feed_forwards = 4;  // one after the other
};

// XLNet's scores by distance and segment (relative_attention.hpp).
struct RelativeConfig {
  std::int64_t clamp = 0;  // distances beyond it count as it; 0: none do
};

// Funnel-Transformer's blocks (funnel_transformer.hpp).
struct FunnelBlock {
  std::int64_t layers = 0;   // with weights of their own
  std::int64_t repeats = 1;  // of each, one after the other
};
struct FunnelConfig {
  std::vector<FunnelBlock> blocks;
  bool first_apart = true;         // the first token is pooled with no other
  bool truncates = true;           // then the last token is left out
  bool pools_queries_only = true;  // keys are still those of the block before
  bool takes_maximum = false;      // of a pair, instead of its mean
};

// What may differ from layer to layer.
struct LayerKind {
  std::int64_t left = kUnlimited;   // tokens before itself that a token sees
  std::int64_t right = kUnlimited;  // tokens after itself; 0: causal
  std::int64_t rotary = -1;         // index into TransformerConfig::rotaries; -1: not turned
};

struct TransformerConfig {
  std::string prefix;        // before all its parameters' names: "decoder." where there are two
  std::string shared_words;  // the words' table of another stack, by its full name; empty: its own
  bool cross_attention = false;  // layers look at an encoder's states between their two parts

  std::int64_t vocab_size = 0;
  std::int64_t hidden = 0;          // H
  std::int64_t embedding_size = 0;  // E; differs from H: projected to H after the embedding norm
  bool always_project = false;      // also where E = H
  bool project_bias = true;
  bool projects_back = false;            // to E after the last layer, without bias
  bool positions_after_project = false;  // position rows are [H] and added to projected words
  std::int64_t layers = 0;
  std::int64_t heads = 0;         // N
  std::int64_t kv_heads = 0;      // K; 0: N
  std::int64_t head_size = 0;     // D; 0: H/N
  std::int64_t feed_forward = 0;  // F

  Positions positions = Positions::kAbsolute;
  std::int64_t position_rows = 0;    // rows of the table
  std::int64_t position_offset = 0;  // rows of the table before that of the first token
  std::int64_t position_limit = 0;   // tokens a text may have where the table does not say it
  std::int64_t token_type_rows = 0;  // 0: the model has no token types
  std::int64_t task_type_rows = 0;   // 0: the model has no task types; else every token takes row 0
  std::int32_t pad_id = 0;           // used by Positions::kAfterPad
  double embedding_scale = 1.0;      // of the words' rows
  bool embedding_norm = true;
  bool dropout_before_norm = false;  // the embeddings', as BigBird has it

  Residual residual = Residual::kPost;
  bool residual_from_norm = false;   // kPre: x is norm(x) from there on, as BLOOM may be told to
  bool shared_norm = false;          // kParallel: the feed-forward reads the attention's norm
  bool first_attention_norm = true;  // false: the first layer's attention reads x itself
  bool final_norm = false;
  NormKind norm = NormKind::kLayer;
  bool norm_bias = true;  // LayerNorm's beta
  double norm_eps = 1e-12;
  std::optional<double> embedding_norm_eps;  // where it differs

  bool query_bias = true;
  bool key_bias = true;
  bool value_bias = true;
  bool output_bias = true;
  HeadNorm head_norm = HeadNorm::kNone;
  NormKind head_norm_kind = NormKind::kRms;
  bool head_norm_bias = false;
  double attention_scale = 0.0;  // 0: 1/sqrt(D)
  double soft_cap = 0.0;         // of the scores; 0: none
  ScoreBias score_bias = ScoreBias::kNone;
  bool bias_in_each_layer = false;  // kBuckets: a table per layer instead of one
  BucketConfig buckets;             // kBuckets
  std::vector<RotaryConfig> rotaries;
  std::vector<LayerKind> layer_kinds;  // one per layer; empty: all see everything, none is turned
  std::vector<double> layer_scales;    // attention's scale of each layer; empty: attention_scale
  // The name of each layer's weights ("3" or "0.1"); equal names share. Empty: each its own number.
  std::vector<std::string> layer_weights;

  DistanceConfig distances;
  std::optional<RelativeConfig> relative;
  std::optional<FunnelConfig> funnel;  // beside `relative`; layer_weights are "block.layer"
  bool global_first = false;           // Longformer's first token (global_attention.hpp)
  ProductGroups groups;
  std::int64_t rotary_rows = 0;   // of a stored table that is used instead of computed angles
  bool turns_values = false;      // values are turned as queries and keys are
  std::int64_t value_kernel = 0;  // values convolved over tokens, head by head, are added; 0: not
  std::int64_t span_kernel = 0;   // ConvBERT's convolution beside attention; 0: none
  LandmarkConfig landmarks;
  std::optional<BottleneckConfig> bottleneck;
  ConvolutionConfig convolution;

  Activation activation = Activation::kGelu;
  bool gated = false;  // down(activation(gate(x)) * up(x)) instead of down(activation(up(x)))
  bool up_bias = true;
  bool down_bias = true;

  double embedding_dropout = 0.1;
  double hidden_dropout = 0.1;            // after the feed-forward
  double attention_output_dropout = 0.1;  // after the attention's output projection
  double attention_dropout = 0.1;         // on the attention's probabilities
  bool final_dropout = false;             // hidden_dropout after the final norm too
  double feed_forward_dropout = 0.0;      // before the feed-forward's last product
  double layer_dropout = 0.0;             // the chance that a training step leaves a layer out

  std::int64_t key_value_heads() const { return kv_heads == 0 ? heads : kv_heads; }
  std::int64_t size_of_head() const { return head_size == 0 ? hidden / heads : head_size; }
  LayerKind kind(std::int64_t layer) const {
    return layer_kinds.empty() ? LayerKind{} : layer_kinds[static_cast<std::size_t>(layer)];
  }
  std::string weights_of(std::int64_t layer) const {
    return layer_weights.empty() ? std::to_string(layer)
                                 : layer_weights[static_cast<std::size_t>(layer)];
  }
  std::int64_t output_size() const { return projects_back ? embedding_size : hidden; }
  bool projects() const { return always_project || embedding_size != hidden; }
  double scale_of(std::int64_t layer) const {
    return layer_scales.empty() ? attention_scale : layer_scales[static_cast<std::size_t>(layer)];
  }

  // Tokens that one sequence may have.
  std::int64_t max_tokens() const {
    if (landmarks.used()) return landmarks.length;
    if (positions == Positions::kNone) return position_limit;
    const std::int64_t rows =
        position_rows - (positions == Positions::kAfterPad ? pad_id + 1 : position_offset);
    return position_limit > 0 ? std::min(rows, position_limit) : rows;
  }
};

}  // namespace trainer::nn
