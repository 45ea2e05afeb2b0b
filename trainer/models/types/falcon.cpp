#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Falcon: parallel parts (or not), one key-value head, one per head, or groups of them, rotary
// positions or ALiBi.
namespace trainer::models {
namespace {

#define TRAINER_FALCON_NAMES(ATTENTION_NORM, MLP_NORM)                                             \
  StoredName{"embeddings.words", "word_embeddings"},                                               \
      StoredName{"layer.#.attention.query", "h.#.self_attention.query_key_value",                  \
                 Layout::kPerHead},                                                                \
      StoredName{"layer.#.attention.key", "h.#.self_attention.query_key_value", Layout::kPerHead}, \
      StoredName{"layer.#.attention.value", "h.#.self_attention.query_key_value",                  \
                 Layout::kPerHead},                                                                \
      StoredName{"layer.#.attention.output", "h.#.self_attention.dense"},                          \
      StoredName{"layer.#.attention.norm", "h.#." ATTENTION_NORM},                                 \
      StoredName{"layer.#.mlp.norm", "h.#." MLP_NORM},                                             \
      StoredName{"layer.#.mlp.up", "h.#.mlp.dense_h_to_4h"},                                       \
      StoredName{"layer.#.mlp.down", "h.#.mlp.dense_4h_to_h"}, StoredName{"final_norm", "ln_f"},

constexpr std::array kFalconBody = {
    TRAINER_FALCON_NAMES("input_layernorm", "post_attention_layernorm")};
constexpr std::array kTwoNormsBody = {TRAINER_FALCON_NAMES("ln_attn", "ln_mlp")};
#undef TRAINER_FALCON_NAMES

void read_joints(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const bool grouped = config::bool_or(json, "new_decoder_architecture", false);
  const bool one = config::bool_or(json, "multi_query", true);
  const bool parallel = config::bool_or(json, "parallel_attn", true);
  const std::int64_t norms =
      config::int_or(json, "num_ln_in_parallel_attn", grouped ? 2 : 1, {1, 2});
  refuse_unless(parallel || !grouped, json, "new_decoder_architecture without parallel_attn");
  refuse_unless(norms == 1 || grouped, json,
                "num_ln_in_parallel_attn 2 without new_decoder_architecture");
  if (grouped) {
    body.kv_heads = config::int_or(json, "num_kv_heads", body.heads, {1, 1024});
  } else {
    body.kv_heads = one ? 1 : body.heads;
  }
  body.residual = parallel ? nn::Residual::kParallel : nn::Residual::kPre;
  body.shared_norm = norms == 1;
  if (norms == 2) config.body_names = kTwoNormsBody;
}

void read_falcon(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_decoder_sizes(json,
                     {.vocab_size = 65024,
                      .hidden = 4544,
                      .heads = 71,
                      .norm_eps = 1e-5,
                      .activation_key = "activation",
                      .activation = "gelu",
                      .norm_eps_key = "layer_norm_epsilon"},
                     config);
  body.feed_forward = config::int_or(json, "ffn_hidden_size", 4 * body.hidden, kSize);
  read_joints(json, config);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = body.up_bias =
      body.down_bias = config::bool_or(json, "bias", false);
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.0);
  body.attention_output_dropout =
      body.residual == nn::Residual::kPre ? body.attention_dropout : body.hidden_dropout;
  body.position_limit = config::int_or(json, "max_position_embeddings", 2048, kSize);
  if (config::bool_or(json, "alibi", false)) {
    body.score_bias = nn::ScoreBias::kAlibiByKey;
    for (nn::LayerKind& kind : body.layer_kinds) kind.rotary = -1;
    return;
  }
  body.attention_dropout = 0.0;  // without ALiBi there is none
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = body.position_limit})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kFalcon = {.name = "falcon",
                           .architecture = "FalconForSequenceClassification",
                           .base_prefix = "transformer",
                           .read = read_falcon,
                           .body = kFalconBody,
                           .head = kScoreHead,
                           .drops = kDropsAttention | kDropsAttentionOutput | kDropsHidden};

}  // namespace trainer::models
