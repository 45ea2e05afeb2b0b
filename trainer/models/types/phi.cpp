#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Phi 1 and 2: parallel parts of one norm, partly turned heads, biases everywhere.
namespace trainer::models {
namespace {

constexpr std::array kPhiBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.dense"},
    StoredName{"layer.#.attention.query_norm", "layers.#.self_attn.q_layernorm"},
    StoredName{"layer.#.attention.key_norm", "layers.#.self_attn.k_layernorm"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.fc1"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.fc2"},
    StoredName{"final_norm", "final_layernorm"},
};

void read_phi(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_decoder_sizes(json,
                     {.vocab_size = 51200,
                      .hidden = 2048,
                      .feed_forward = 8192,
                      .layers = 24,
                      .norm_eps = 1e-5,
                      .activation = "gelu_new",
                      .norm_eps_key = "layer_norm_eps"},
                     config);
  body.residual = nn::Residual::kParallel;
  body.shared_norm = true;
  if (config::bool_or(json, "qk_layernorm", false)) {
    body.head_norm = nn::HeadNorm::kPerHead;
    body.head_norm_kind = nn::NormKind::kLayer;
    body.head_norm_bias = true;
  }
  body.embedding_dropout = config::number_or(json, "embd_pdrop", 0.0);
  body.hidden_dropout = config::number_or(json, "resid_pdrop", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 2048, kSize);
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.partial_factor = 0.5, .max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kPhi = {.name = "phi",
                        .architecture = "PhiForSequenceClassification",
                        .base_prefix = "model",
                        .read = read_phi,
                        .body = kPhiBody,
                        .head = kScoreHead,
                        .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
