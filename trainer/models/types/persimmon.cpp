#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr std::array kPersimmonBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.dense"},
    StoredName{"layer.#.attention.query_norm", "layers.#.self_attn.q_layernorm"},
    StoredName{"layer.#.attention.key_norm", "layers.#.self_attn.k_layernorm"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.dense_h_to_4h"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.dense_4h_to_h"},
    StoredName{"final_norm", "final_layernorm"},
};

void read_persimmon(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_decoder_sizes(json,
                     {.vocab_size = 262144,
                      .feed_forward = 16384,
                      .layers = 36,
                      .heads = 64,
                      .norm_eps = 1e-5,
                      .activation = "relu2",
                      .norm_eps_key = "layer_norm_eps"},
                     config);
  if (config::bool_or(json, "qk_layernorm", true)) {
    body.head_norm = nn::HeadNorm::kPerHead;
    body.head_norm_kind = nn::NormKind::kLayer;
    body.head_norm_bias = true;
  }
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.0);
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 16384, kSize);
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.partial_factor = 0.5, .max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kPersimmon = {.name = "persimmon",
                              .architecture = "PersimmonForSequenceClassification",
                              .base_prefix = "model",
                              .read = read_persimmon,
                              .body = kPersimmonBody,
                              .head = kScoreHead,
                              .drops = kDropsAttention | kDropsHidden};

}  // namespace trainer::models
