#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// ModernBERT (Warner et al., 2024): pre-norm without a norm before the first attention, rotary
// positions, gated feed-forward, local attention in all but every n-th layer.
namespace trainer::models {
namespace {

constexpr std::array kModernbertBody = {
    StoredName{"embeddings.words", "embeddings.tok_embeddings"},
    StoredName{"embeddings.norm", "embeddings.norm"},
    StoredName{"layer.#.attention.query", "layers.#.attn.Wqkv"},
    StoredName{"layer.#.attention.key", "layers.#.attn.Wqkv"},
    StoredName{"layer.#.attention.value", "layers.#.attn.Wqkv"},
    StoredName{"layer.#.attention.output", "layers.#.attn.Wo"},
    StoredName{"layer.#.attention.norm", "layers.#.attn_norm"},
    StoredName{"layer.#.mlp.norm", "layers.#.mlp_norm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.Wi"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.Wi"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.Wo"},
    StoredName{"final_norm", "final_norm"},
};
constexpr std::array kModernbertHead = {StoredName{"head.dense", "head.dense"},
                                        StoredName{"head.norm", "head.norm"},
                                        StoredName{"head.out", "classifier"}};

constexpr std::int64_t kGlobal = 0;  // indices of the rotary settings
constexpr std::int64_t kLocal = 1;

void read_layers(const config::JsonObject& json, nn::TransformerConfig& body) {
  const std::int64_t every = config::int_or(json, "global_attn_every_n_layers", 3, {1, 1024});
  const std::int64_t reach = config::int_or(json, "local_attention", 128, kSize) / 2;
  const std::vector<std::string> types = layer_types(json, body.layers);
  for (std::int64_t i = 0; i < body.layers; ++i) {
    const bool local =
        types.empty() ? i % every != 0 : types[static_cast<std::size_t>(i)] == "sliding_attention";
    body.layer_kinds.push_back(local
                                   ? nn::LayerKind{.left = reach, .right = reach, .rotary = kLocal}
                                   : nn::LayerKind{.rotary = kGlobal});
  }
}

void read_rotaries(const config::JsonObject& json, std::int64_t positions,
                   nn::TransformerConfig& body) {
  const RotaryDefaults global{.theta = config::number_or(json, "global_rope_theta", 160'000.0),
                              .max_positions = positions};
  const RotaryDefaults local{.theta = config::number_or(json, "local_rope_theta", 10'000.0),
                             .max_positions = positions};
  body.rotaries = {read_rotary(json, body.size_of_head(), global, "full_attention"),
                   read_rotary(json, body.size_of_head(), local, "sliding_attention")};
}

void read_modernbert_head(const config::JsonObject& json, ClassifierConfig& config) {
  HeadConfig& head = config.head;
  const std::string pooling = config::string_or(json, "classifier_pooling", "cls");
  refuse_unless(pooling == "cls" || pooling == "mean", json,
                "classifier_pooling '" + pooling + "'");
  head.pool = pooling == "mean" ? Pool::kMean : Pool::kFirst;
  head.dense_bias = config::bool_or(json, "classifier_bias", false);
  head.activation = activation_of(json, "classifier_activation", "gelu");
  head.norm = true;
  head.norm_bias = config.body.norm_bias;
  head.norm_eps = config.body.norm_eps;
  head.dropout = config::number_or(json, "classifier_dropout", 0.0);
  head.dense_deviation =
      config.initializer_range / std::sqrt(2.0 * static_cast<double>(config.body.layers));
  head.out_deviation = 1.0 / std::sqrt(static_cast<double>(config.body.hidden));
  head.cutoff = is_null(json, "initializer_cutoff_factor")
                    ? 3.0
                    : config::number_or(json, "initializer_cutoff_factor", 2.0);
}

void read_modernbert(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50368, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 768, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "num_hidden_layers", 22, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", 12, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 1152, kSize);
  body.positions = nn::Positions::kNone;
  body.position_limit = config::int_or(json, "max_position_embeddings", 8192, kSize);
  body.residual = nn::Residual::kPre;
  body.first_attention_norm = false;
  body.final_norm = true;
  body.norm_bias = config::bool_or(json, "norm_bias", false);
  body.norm_eps = config::number_or(json, "norm_eps", 1e-5);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  body.up_bias = body.down_bias = config::bool_or(json, "mlp_bias", false);
  body.activation = activation_of(json, "hidden_activation", "gelu");
  body.gated = true;
  body.embedding_dropout = config::number_or(json, "embedding_dropout", 0.0);
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  body.attention_output_dropout = body.attention_dropout;
  body.feed_forward_dropout = config::number_or(json, "mlp_dropout", 0.0);
  body.hidden_dropout = 0.0;
  read_layers(json, body);
  read_rotaries(json, body.position_limit, body);
  read_modernbert_head(json, config);
}

}  // namespace

const ModelType kModernbert = {.name = "modernbert",
                               .architecture = "ModernBertForSequenceClassification",
                               .base_prefix = "model",
                               .read = read_modernbert,
                               .body = kModernbertBody,
                               .head = kModernbertHead,
                               .drops = kDropsEmbeddings | kDropsAttentionOutput | kDropsAttention |
                                        kDropsFeedForward | kDropsHead};

}  // namespace trainer::models
