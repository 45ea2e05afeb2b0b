#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr DecoderDefaults kMistralDefaults{
    .feed_forward = 14336, .kv_heads = 8, .max_positions = 4096 * 32};

void read_mistral(const config::JsonObject& json, ClassifierConfig& config) {
  read_llama_fields(json, kMistralDefaults, config);
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions =
      config::int_or(json, "max_position_embeddings", kMistralDefaults.max_positions, kSize);
  refuse_unless(!json.has("layer_types"), json, "a mistral with layer_types");
  read_windows(
      json, int_or_none(json, "sliding_window", 4096),
      [](std::int64_t, std::int64_t) { return true; }, 0, body);
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kMistral = {.name = "mistral",
                            .architecture = "MistralForSequenceClassification",
                            .base_prefix = "model",
                            .read = read_mistral,
                            .body = kLlamaBody,
                            .head = kScoreHead,
                            .drops = kDropsAttention};

}  // namespace trainer::models
