#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// BLOOM: ALiBi instead of positions, a norm after the embeddings, packed projections interleaved
// per head.
namespace trainer::models {
namespace {

constexpr std::array kBloomBody = {
    StoredName{"embeddings.words", "word_embeddings"},
    StoredName{"embeddings.norm", "word_embeddings_layernorm"},
    StoredName{"layer.#.attention.query", "h.#.self_attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.key", "h.#.self_attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.value", "h.#.self_attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.output", "h.#.self_attention.dense"},
    StoredName{"layer.#.attention.norm", "h.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "h.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.up", "h.#.mlp.dense_h_to_4h"},
    StoredName{"layer.#.mlp.down", "h.#.mlp.dense_4h_to_h"},
    StoredName{"final_norm", "ln_f"},
};

void read_bloom(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 250880, config::kPositive);
  body.hidden = config::int_or(json, "n_embed", config::int_or(json, "hidden_size", 64, {1, 65536}),
                               {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layer",
                               config::int_or(json, "num_hidden_layers", 2, {1, 1024}), {1, 1024});
  body.heads = config::int_or(json, "n_head",
                              config::int_or(json, "num_attention_heads", 8, {1, 1024}), {1, 1024});
  body.feed_forward = 4 * body.hidden;
  body.positions = nn::Positions::kNone;
  body.position_limit = config::int_or(json, "seq_length", 2048, kSize);
  body.score_bias = nn::ScoreBias::kAlibi;
  body.residual = nn::Residual::kPre;
  body.residual_from_norm =
      config::bool_or(json, "apply_residual_connection_post_layernorm", false);
  body.final_norm = true;
  body.norm_eps = config::number_or(json, "layer_norm_epsilon", 1e-5);
  body.activation = nn::Activation::kGeluTanh;
  body.embedding_dropout = 0.0;
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers), nn::LayerKind{.right = 0});
  config.head = score_head();
  read_pad_id(json, std::nullopt, config);
}

}  // namespace

const ModelType kBloom = {.name = "bloom",
                          .architecture = "BloomForSequenceClassification",
                          .base_prefix = "transformer",
                          .read = read_bloom,
                          .body = kBloomBody,
                          .head = kScoreHead,
                          .drops = kDropsAttention | kDropsAttentionOutput | kDropsHidden};

}  // namespace trainer::models
