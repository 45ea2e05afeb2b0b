#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// T5, mT5 and UMT5: encoder and decoder of shared words, RMSNorm, no biases, buckets of distances
// added to unscaled scores, by the first layer's table or (UMT5) each layer's own.
namespace trainer::models {
namespace {

// clang-format off
#define TRAINER_T5_STACK(SIDE, FEED_FORWARD)                                                         \
  StoredName{SIDE ".layer.#.attention.query", SIDE ".block.#.layer.0.SelfAttention.q"},              \
  StoredName{SIDE ".layer.#.attention.key", SIDE ".block.#.layer.0.SelfAttention.k"},                \
  StoredName{SIDE ".layer.#.attention.value", SIDE ".block.#.layer.0.SelfAttention.v"},              \
  StoredName{SIDE ".layer.#.attention.output", SIDE ".block.#.layer.0.SelfAttention.o"},             \
  StoredName{SIDE ".layer.#.attention.norm", SIDE ".block.#.layer.0.layer_norm"},                    \
  StoredName{SIDE ".layer.#.relative_bias",                                                          \
             SIDE ".block.#.layer.0.SelfAttention.relative_attention_bias"},                         \
  StoredName{SIDE ".relative_bias", SIDE ".block.0.layer.0.SelfAttention.relative_attention_bias"},  \
  StoredName{SIDE ".layer.#.mlp.gate", SIDE ".block.#.layer." FEED_FORWARD ".DenseReluDense.wi_0"},  \
  StoredName{SIDE ".layer.#.mlp.down", SIDE ".block.#.layer." FEED_FORWARD ".DenseReluDense.wo"},    \
  StoredName{SIDE ".layer.#.mlp.norm", SIDE ".block.#.layer." FEED_FORWARD ".layer_norm"},           \
  StoredName{SIDE ".final_norm", SIDE ".final_layer_norm"},
#define TRAINER_T5_BODY(UP)                                                                          \
  TRAINER_T5_STACK("encoder", "1")                                                                   \
  TRAINER_T5_STACK("decoder", "2")                                                                   \
  StoredName{"encoder.embeddings.words", "shared"},                                                  \
  StoredName{"encoder.layer.#.mlp.up", "encoder.block.#.layer.1.DenseReluDense." UP},                \
  StoredName{"decoder.layer.#.mlp.up", "decoder.block.#.layer.2.DenseReluDense." UP},                \
  StoredName{"decoder.layer.#.cross.query", "decoder.block.#.layer.1.EncDecAttention.q"},            \
  StoredName{"decoder.layer.#.cross.key", "decoder.block.#.layer.1.EncDecAttention.k"},              \
  StoredName{"decoder.layer.#.cross.value", "decoder.block.#.layer.1.EncDecAttention.v"},            \
  StoredName{"decoder.layer.#.cross.output", "decoder.block.#.layer.1.EncDecAttention.o"},           \
  StoredName{"decoder.layer.#.cross.norm", "decoder.block.#.layer.1.layer_norm"},
// clang-format on

constexpr std::array kPlainBody = {TRAINER_T5_BODY("wi")};
constexpr std::array kGatedBody = {TRAINER_T5_BODY("wi_1")};
#undef TRAINER_T5_BODY
#undef TRAINER_T5_STACK

constexpr std::array kT5Head = {StoredName{"head.dense", "classification_head.dense"},
                                StoredName{"head.out", "classification_head.out_proj"}};

// feed_forward_proj: "relu", "gated-gelu" and so on; a gated "gelu" is the tanh one.
void read_feed_forward(const config::JsonObject& json, const std::string& fallback,
                       nn::TransformerConfig& body) {
  std::string name = config::string_or(json, "feed_forward_proj", fallback);
  body.gated = name.starts_with("gated-");
  if (body.gated) name = name.substr(6);
  if (body.gated && name == "gelu") name = "gelu_new";
  body.activation = nn::activation_from_name(name, "feed_forward_proj");
}

struct T5Defaults {
  std::int64_t vocab_size = 32128;
  std::int64_t feed_forward = 2048;
  std::int64_t layers = 6;
  std::int64_t heads = 8;
  std::string feed_forward_proj = "relu";
  bool bias_in_each_layer = false;
};

nn::TransformerConfig read_stack(const config::JsonObject& json, const T5Defaults& d) {
  nn::TransformerConfig body;
  body.vocab_size = config::int_or(json, "vocab_size", d.vocab_size, config::kPositive);
  body.hidden = config::int_or(json, "d_model", 512, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "num_layers", d.layers, {1, 1024});
  body.heads = config::int_or(json, "num_heads", d.heads, {1, 1024});
  body.head_size = config::int_or(json, "d_kv", 64, {1, 65536});
  body.feed_forward = config::int_or(json, "d_ff", d.feed_forward, kSize);
  body.positions = nn::Positions::kNone;
  // Distances beyond the largest bucket's are one: texts may be longer than any it was trained on.
  body.position_limit = config::int_or(json, "n_positions", 2048, kSize);
  body.embedding_norm = false;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.norm = nn::NormKind::kRms;
  body.norm_eps = config::number_or(json, "layer_norm_epsilon", 1e-6);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = false;
  body.up_bias = body.down_bias = false;
  body.attention_scale = 1.0;
  body.score_bias = nn::ScoreBias::kBuckets;
  body.bias_in_each_layer = d.bias_in_each_layer;
  body.buckets = {
      .buckets = config::int_or(json, "relative_attention_num_buckets", 32, {4, 65536}),
      .max_distance = config::int_or(json, "relative_attention_max_distance", 128, kSize)};
  read_feed_forward(json, d.feed_forward_proj, body);
  body.hidden_dropout = config::number_or(json, "dropout_rate", 0.1);
  body.embedding_dropout = body.attention_output_dropout = body.attention_dropout =
      body.feed_forward_dropout = body.hidden_dropout;
  body.final_dropout = true;
  return body;
}

void read_both(const config::JsonObject& json, const T5Defaults& d, ClassifierConfig& config) {
  config.body = read_stack(json, d);
  nn::TransformerConfig decoder = config.body;
  config.body.prefix = "encoder.";
  decoder.prefix = "decoder.";
  decoder.layers = config::int_or(json, "num_decoder_layers", decoder.layers, {1, 1024});
  decoder.shared_words = "encoder.embeddings.words.weight";
  decoder.cross_attention = true;
  decoder.buckets.bidirectional = false;
  decoder.layer_kinds.assign(static_cast<std::size_t>(decoder.layers), nn::LayerKind{.right = 0});
  if (decoder.gated) config.body_names = kGatedBody;
  config.decoder = std::move(decoder);
  config.decoder_start_id = static_cast<std::int32_t>(
      config::int_or(json, "decoder_start_token_id", 0, config::kNotNegative));
  config.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "eos_token_id", 1, config::kNotNegative));
  config.initializer_range = config::number_or(json, "initializer_factor", 1.0);
  config.head.pool = Pool::kLastEos;
  config.head.dropout = config::number_or(json, "classifier_dropout", 0.0);
  config.head.input_dropout = config.head.dropout;
  const auto hidden = static_cast<double>(config.body.hidden);
  config.head.dense_deviation = config.head.out_deviation =
      config.initializer_range / std::sqrt(hidden);
}

void read_t5(const config::JsonObject& json, ClassifierConfig& config) {
  read_both(json, {}, config);
}

constexpr const char* kGated = "gated-gelu";

void read_mt5(const config::JsonObject& json, ClassifierConfig& config) {
  read_both(json,
            {.vocab_size = 250112,
             .feed_forward = 1024,
             .layers = 8,
             .heads = 6,
             .feed_forward_proj = kGated},
            config);
}

void read_umt5(const config::JsonObject& json, ClassifierConfig& config) {
  read_both(json,
            {.vocab_size = 250112,
             .feed_forward = 1024,
             .layers = 8,
             .heads = 6,
             .feed_forward_proj = kGated,
             .bias_in_each_layer = true},
            config);
}

constexpr unsigned kT5Drops = kDropsAsBert | kDropsFeedForward | kDropsHeadInput;

constexpr ModelType t5_like(std::string_view name, std::string_view architecture,
                            void (*read)(const config::JsonObject&, ClassifierConfig&)) {
  return {.name = name,
          .architecture = architecture,
          .base_prefix = "transformer",
          .read = read,
          .body = kPlainBody,
          .head = kT5Head,
          .drops = kT5Drops};
}

}  // namespace

const ModelType kT5 = t5_like("t5", "T5ForSequenceClassification", read_t5);
const ModelType kMt5 = t5_like("mt5", "MT5ForSequenceClassification", read_mt5);
const ModelType kUmt5 = t5_like("umt5", "UMT5ForSequenceClassification", read_umt5);

}  // namespace trainer::models
