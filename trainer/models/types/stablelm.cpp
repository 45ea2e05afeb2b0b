#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// StableLM: llama with LayerNorm, partly turned heads, and on request parallel parts, biases and a
// norm of each head's own.
namespace trainer::models {
namespace {

constexpr std::array kStablelmBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.query_norm.#", "layers.#.self_attn.q_layernorm.norms.#"},
    StoredName{"layer.#.attention.key_norm.#", "layers.#.self_attn.k_layernorm.norms.#"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.gate_proj"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.up_proj"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.down_proj"},
    StoredName{"final_norm", "norm"},
};

void read_stablelm(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_llama_fields(json,
                    {.vocab_size = 50304,
                     .hidden = 2560,
                     .feed_forward = 6912,
                     .kv_heads = 32,
                     .norm_eps = 1e-5,
                     .norm_eps_key = "layer_norm_eps"},
                    config);
  body.norm = nn::NormKind::kLayer;
  body.query_bias = body.key_bias = body.value_bias = config::bool_or(json, "use_qkv_bias", false);
  if (config::bool_or(json, "use_parallel_residual", false)) {
    body.residual = nn::Residual::kParallel;
    body.shared_norm = true;
  }
  if (config::bool_or(json, "qk_layernorm", false)) {
    body.head_norm = nn::HeadNorm::kOwn;
    body.head_norm_kind = nn::NormKind::kLayer;
  }
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.0);
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 4096, kSize);
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.partial_factor = 0.25, .max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kStablelm = {.name = "stablelm",
                             .architecture = "StableLmForSequenceClassification",
                             .base_prefix = "model",
                             .read = read_stablelm,
                             .body = kStablelmBody,
                             .head = kScoreHead,
                             .drops = kDropsAttention | kDropsHidden};

}  // namespace trainer::models
