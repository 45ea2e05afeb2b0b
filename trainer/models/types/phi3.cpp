#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Phi-3: llama with packed projections, partly turned heads and factors per frequency.
namespace trainer::models {
namespace {

constexpr std::array kPhi3Body = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.qkv_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.qkv_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.qkv_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.gate_up_proj"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.gate_up_proj"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.down_proj"},
    StoredName{"final_norm", "norm"},
};

constexpr DecoderDefaults kPhi3Defaults{.vocab_size = 32064,
                                        .hidden = 3072,
                                        .feed_forward = 8192,
                                        .max_positions = 4096,
                                        .norm_eps = 1e-5,
                                        .pad_id = 32000};

void read_phi3(const config::JsonObject& json, ClassifierConfig& config) {
  read_llama_fields(json, kPhi3Defaults, config);
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions =
      config::int_or(json, "max_position_embeddings", kPhi3Defaults.max_positions, kSize);
  body.hidden_dropout = config::number_or(json, "resid_pdrop", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  read_windows(
      json, int_or_none(json, "sliding_window", std::nullopt),
      [](std::int64_t, std::int64_t) { return true; }, 0, body);
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.max_positions = positions, .original_max = 4096})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kPhi3 = {.name = "phi3",
                         .architecture = "Phi3ForSequenceClassification",
                         .base_prefix = "model",
                         .read = read_phi3,
                         .body = kPhi3Body,
                         .head = kScoreHead,
                         .drops = kDropsAttention | kDropsHidden | kDropsAttentionOutput};

}  // namespace trainer::models
