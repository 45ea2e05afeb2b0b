#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// GLM-4: llama with biases of query, key and value, pairs (2i, 2i+1) of half a head turned.
namespace trainer::models {
namespace {

constexpr std::array kGlmBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.gate_up_proj"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.gate_up_proj"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.down_proj"},
    StoredName{"final_norm", "norm"},
};

void read_glm(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_llama_fields(json,
                    {.vocab_size = 151552,
                     .feed_forward = 13696,
                     .layers = 40,
                     .kv_heads = 2,
                     .head_size = 128,
                     .norm_eps = 1.5625e-7,
                     .pad_id = 151329},
                    config);
  body.query_bias = body.key_bias = body.value_bias = config::bool_or(json, "attention_bias", true);
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 131072, kSize);
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.partial_factor = 0.5, .max_positions = positions})};
  body.rotaries.front().interleaved = true;
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kGlm = {.name = "glm",
                        .architecture = "GlmForSequenceClassification",
                        .base_prefix = "model",
                        .read = read_glm,
                        .body = kGlmBody,
                        .head = kScoreHead,
                        .drops = kDropsAttention};

}  // namespace trainer::models
