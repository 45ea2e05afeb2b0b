#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr std::array kStarcoder2Body = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.c_fc"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.c_proj"},
    StoredName{"final_norm", "norm"},
};

void read_starcoder2(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_decoder_sizes(json,
                     {.vocab_size = 49152,
                      .hidden = 3072,
                      .feed_forward = 12288,
                      .layers = 30,
                      .heads = 24,
                      .kv_heads = 2,
                      .norm_eps = 1e-5,
                      .activation = "gelu_pytorch_tanh",
                      .norm_eps_key = "norm_epsilon"},
                     config);
  config.initializer_range = config::number_or(json, "initializer_range", 0.018042);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = body.up_bias =
      body.down_bias = config::bool_or(json, "use_bias", true);
  body.embedding_dropout = config::number_or(json, "embedding_dropout", 0.0);
  body.hidden_dropout = config::number_or(json, "residual_dropout", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  read_windows(
      json, int_or_none(json, "sliding_window", std::nullopt),
      [](std::int64_t, std::int64_t) { return true; }, 0, body);
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 4096, kSize);
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kStarcoder2 = {.name = "starcoder2",
                               .architecture = "Starcoder2ForSequenceClassification",
                               .base_prefix = "model",
                               .read = read_starcoder2,
                               .body = kStarcoder2Body,
                               .head = kScoreHead,
                               .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
