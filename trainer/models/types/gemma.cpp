#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Gemma 1: llama with 1 + weight in its norms and embeddings times sqrt(hidden). Gemma 2 and 3 add
// norms behind each part, an explicit score scale, local layers; 2 caps its scores, 3 norms query
// and key heads and turns its local layers by other frequencies.
namespace trainer::models {
namespace {

constexpr std::array kSandwichBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.query_norm", "layers.#.self_attn.q_norm"},
    StoredName{"layer.#.attention.key_norm", "layers.#.self_attn.k_norm"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.attention.post_norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.pre_feedforward_layernorm"},
    StoredName{"layer.#.mlp.post_norm", "layers.#.post_feedforward_layernorm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.gate_proj"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.up_proj"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.down_proj"},
    StoredName{"final_norm", "norm"},
};

constexpr DecoderDefaults kGemmaDefaults{.vocab_size = 256000,
                                         .hidden = 3072,
                                         .feed_forward = 24576,
                                         .layers = 28,
                                         .heads = 16,
                                         .kv_heads = 16,
                                         .head_size = 256,
                                         .max_positions = 8192,
                                         .pad_id = 0,
                                         .activation = "gelu_pytorch_tanh"};
constexpr DecoderDefaults kGemma2Defaults{.vocab_size = 256000,
                                          .hidden = 2304,
                                          .feed_forward = 9216,
                                          .layers = 26,
                                          .heads = 8,
                                          .kv_heads = 4,
                                          .head_size = 256,
                                          .max_positions = 8192,
                                          .pad_id = 0,
                                          .activation_key = "hidden_activation",
                                          .activation = "gelu_pytorch_tanh"};
constexpr DecoderDefaults kGemma3Defaults{.vocab_size = 262208,
                                          .hidden = 2304,
                                          .feed_forward = 9216,
                                          .layers = 26,
                                          .heads = 8,
                                          .kv_heads = 4,
                                          .head_size = 256,
                                          .max_positions = 131072,
                                          .pad_id = 0,
                                          .activation_key = "hidden_activation",
                                          .activation = "gelu_pytorch_tanh"};

std::int64_t read_gemma_fields(const config::JsonObject& json, const DecoderDefaults& defaults,
                               ClassifierConfig& config) {
  read_llama_fields(json, defaults, config);
  nn::TransformerConfig& body = config.body;
  body.norm = nn::NormKind::kRmsPlusOne;
  body.embedding_scale = std::sqrt(static_cast<double>(body.hidden));
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  refuse_unless(!config::bool_or(json, "use_bidirectional_attention", false), json,
                "use_bidirectional_attention true");
  return config::int_or(json, "max_position_embeddings", defaults.max_positions, kSize);
}

void read_gemma(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions = read_gemma_fields(json, kGemmaDefaults, config);
  // Early configs say "gelu" and mean this one.
  if (body.activation == nn::Activation::kGelu) body.activation = nn::Activation::kGeluTanh;
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

void read_sandwich(const config::JsonObject& json, nn::TransformerConfig& body) {
  body.residual = nn::Residual::kSandwich;
  body.attention_scale =
      1.0 /
      std::sqrt(static_cast<double>(config::int_or(json, "query_pre_attn_scalar", 256, kSize)));
}

void read_gemma2(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions = read_gemma_fields(json, kGemma2Defaults, config);
  read_sandwich(json, body);
  body.soft_cap = number_or_none(json, "attn_logit_softcapping", 50.0).value_or(0.0);
  read_windows(
      json, int_or_none(json, "sliding_window", 4096),
      [](std::int64_t layer, std::int64_t) { return layer % 2 == 0; }, 0, body);
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

void read_gemma3(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions = read_gemma_fields(json, kGemma3Defaults, config);
  read_sandwich(json, body);
  body.head_norm = nn::HeadNorm::kPerHead;
  body.head_norm_kind = nn::NormKind::kRmsPlusOne;
  read_windows(
      json, int_or_none(json, "sliding_window", 4096),
      [](std::int64_t layer, std::int64_t pattern) { return (layer + 1) % pattern != 0; },
      config::int_or(json, "sliding_window_pattern", 6, {1, 1024}), body);
  const double theta = config::number_or(json, "rope_theta", 1'000'000.0);
  nn::RotaryConfig local;
  local.theta = config::number_or(json, "rope_local_base_freq", 10'000.0);
  local.dim = body.size_of_head();
  local.max_positions = positions;
  // rope_scaling is of the global layers alone.
  if (!json.has("rope_scaling") && json.has("rope_parameters")) {
    local = read_rotary(json, body.size_of_head(),
                        {.theta = local.theta, .max_positions = positions}, "sliding_attention");
  }
  body.rotaries = {read_rotary(json, body.size_of_head(),
                               {.theta = theta, .max_positions = positions}, "full_attention"),
                   local};
  for (nn::LayerKind& kind : body.layer_kinds) kind.rotary = kind.left == nn::kUnlimited ? 0 : 1;
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kGemma = {.name = "gemma",
                          .architecture = "GemmaForSequenceClassification",
                          .base_prefix = "model",
                          .read = read_gemma,
                          .body = kLlamaBody,
                          .head = kScoreHead,
                          .drops = kDropsAttention};
const ModelType kGemma2 = {.name = "gemma2",
                           .architecture = "Gemma2ForSequenceClassification",
                           .base_prefix = "model",
                           .read = read_gemma2,
                           .body = kSandwichBody,
                           .head = kScoreHead,
                           .drops = kDropsAttention};
const ModelType kGemma3Text = {.name = "gemma3_text",
                               .architecture = "Gemma3TextForSequenceClassification",
                               .base_prefix = "model",
                               .read = read_gemma3,
                               .body = kSandwichBody,
                               .head = kScoreHead,
                               .drops = kDropsAttention};

}  // namespace trainer::models
