#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Funnel-Transformer (Dai et al., 2020): its encoder alone, as transformers classifies with it.
// The two attention_types are one formula, computed in two ways.
namespace trainer::models {
namespace {

constexpr std::array kFunnelBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.norm", "embeddings.layer_norm"},
    StoredName{"layer.#.#.attention.query", "encoder.blocks.#.#.attention.q_head"},
    StoredName{"layer.#.#.attention.key", "encoder.blocks.#.#.attention.k_head"},
    StoredName{"layer.#.#.attention.value", "encoder.blocks.#.#.attention.v_head"},
    StoredName{"layer.#.#.attention.distance.weight", "encoder.blocks.#.#.attention.r_kernel",
               Layout::kTransposedHeads},
    StoredName{"layer.#.#.attention.content_bias", "encoder.blocks.#.#.attention.r_w_bias"},
    StoredName{"layer.#.#.attention.distance_bias", "encoder.blocks.#.#.attention.r_r_bias"},
    StoredName{"layer.#.#.attention.segment_bias", "encoder.blocks.#.#.attention.r_s_bias"},
    StoredName{"layer.#.#.attention.segments", "encoder.blocks.#.#.attention.seg_embed"},
    StoredName{"layer.#.#.attention.output", "encoder.blocks.#.#.attention.post_proj"},
    StoredName{"layer.#.#.attention.norm", "encoder.blocks.#.#.attention.layer_norm"},
    StoredName{"layer.#.#.mlp.up", "encoder.blocks.#.#.ffn.linear_1"},
    StoredName{"layer.#.#.mlp.down", "encoder.blocks.#.#.ffn.linear_2"},
    StoredName{"layer.#.#.mlp.norm", "encoder.blocks.#.#.ffn.layer_norm"},
};
constexpr std::array kFunnelHead = {StoredName{"head.dense", "classifier.linear_hidden"},
                                    StoredName{"head.out", "classifier.linear_out"}};

constexpr config::IntRange kCount{1, 1024};

nn::FunnelConfig read_blocks(const config::JsonObject& json) {
  nn::FunnelConfig funnel;
  const std::vector<std::int64_t> sizes =
      config::find_ints(json, "block_sizes", kCount).value_or(std::vector<std::int64_t>{4, 4, 4});
  const std::vector<std::int64_t> repeats =
      config::find_ints(json, "block_repeats", kCount)
          .value_or(std::vector<std::int64_t>(sizes.size(), 1));
  if (sizes.empty() || sizes.size() > 64 || repeats.size() != sizes.size()) {
    throw Error(ErrorCode::kInvalidInput,
                json.place() + ": block_sizes and block_repeats must have one entry per block");
  }
  for (std::size_t i = 0; i < sizes.size(); ++i)
    funnel.blocks.push_back({.layers = sizes[i], .repeats = repeats[i]});
  const std::string pooling = config::string_or(json, "pooling_type", "mean");
  refuse_unless(pooling == "mean" || pooling == "max", json, "pooling_type '" + pooling + "'");
  funnel.takes_maximum = pooling == "max";
  funnel.first_apart = config::bool_or(json, "separate_cls", true);
  funnel.truncates = config::bool_or(json, "truncate_seq", true);
  funnel.pools_queries_only = config::bool_or(json, "pool_q_only", true);
  return funnel;
}

void read_funnel(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 30522, config::kPositive);
  body.hidden = config::int_or(json, "d_model", 768, {2, 65536});
  refuse_unless(body.hidden % 2 == 0, json, "an odd d_model");
  body.embedding_size = body.hidden;
  body.heads = config::int_or(json, "n_head", 12, {1, 1024});
  body.head_size = config::int_or(json, "d_head", 64, {1, 65536});
  body.feed_forward = config::int_or(json, "d_inner", 3072, kSize);
  body.positions = nn::Positions::kNone;
  body.position_limit = kSize.max;
  body.query_bias = false;
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-9);
  body.activation = activation_of(json, "hidden_act", "gelu_new");
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.1);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.1);
  body.feed_forward_dropout = config::number_or(json, "activation_dropout", 0.0);
  body.relative = nn::RelativeConfig{};
  body.funnel = read_blocks(json);
  for (std::size_t b = 0; b < body.funnel->blocks.size(); ++b) {
    for (std::int64_t i = 0; i < body.funnel->blocks[b].layers; ++i)
      body.layer_weights.push_back(std::to_string(b) + "." + std::to_string(i));
  }
  body.layers = static_cast<std::int64_t>(body.layer_weights.size());
  const std::string type = config::string_or(json, "attention_type", "relative_shift");
  refuse_unless(type == "relative_shift" || type == "factorized", json,
                "attention_type '" + type + "'");
  config.head.dropout = body.hidden_dropout;
  config.head.dense_deviation = config.head.out_deviation =
      config::number_or(json, "initializer_std", 0.0);
  config.head.deviation_by_size = config.head.out_deviation == 0.0;
}

}  // namespace

const ModelType kFunnel = {.name = "funnel",
                           .architecture = "FunnelForSequenceClassification",
                           .base_prefix = "funnel",
                           .read = read_funnel,
                           .body = kFunnelBody,
                           .head = kFunnelHead,
                           .drops = kDropsAsBert | kDropsFeedForward};

}  // namespace trainer::models
