#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Qwen2 and Qwen3: llama with biases of query, key and value (2) or norms of query and key heads
// (3).
namespace trainer::models {
namespace {

constexpr DecoderDefaults kQwen2Defaults{
    .vocab_size = 151936, .feed_forward = 22016, .kv_heads = 32, .max_positions = 32768};
constexpr DecoderDefaults kQwen3Defaults{.vocab_size = 151936,
                                         .feed_forward = 22016,
                                         .kv_heads = 32,
                                         .head_size = 128,
                                         .max_positions = 32768};

void read_qwen2_fields(const config::JsonObject& json, const DecoderDefaults& defaults,
                       ClassifierConfig& config) {
  read_llama_fields(json, defaults, config);
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions =
      config::int_or(json, "max_position_embeddings", defaults.max_positions, kSize);
  if (config::bool_or(json, "use_sliding_window", false)) {
    read_windows(
        json, int_or_none(json, "sliding_window", 4096),
        [](std::int64_t layer, std::int64_t first) { return layer >= first; },
        config::int_or(json, "max_window_layers", 28, config::kNotNegative), body);
  }
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

void read_qwen2(const config::JsonObject& json, ClassifierConfig& config) {
  read_qwen2_fields(json, kQwen2Defaults, config);
  config.body.query_bias = config.body.key_bias = config.body.value_bias = true;
}

void read_qwen3(const config::JsonObject& json, ClassifierConfig& config) {
  read_qwen2_fields(json, kQwen3Defaults, config);
  nn::TransformerConfig& body = config.body;
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  body.head_norm = nn::HeadNorm::kPerHead;
}

}  // namespace

const ModelType kQwen2 = {.name = "qwen2",
                          .architecture = "Qwen2ForSequenceClassification",
                          .base_prefix = "model",
                          .read = read_qwen2,
                          .body = kLlamaBody,
                          .head = kScoreHead,
                          .drops = kDropsAttention};
const ModelType kQwen3 = {.name = "qwen3",
                          .architecture = "Qwen3ForSequenceClassification",
                          .base_prefix = "model",
                          .read = read_qwen3,
                          .body = kLlamaBody,
                          .head = kScoreHead,
                          .drops = kDropsAttention};

}  // namespace trainer::models
