#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

void read_llama(const config::JsonObject& json, ClassifierConfig& config) {
  read_llama_fields(json, {}, config);
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 2048, kSize);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  body.up_bias = body.down_bias = config::bool_or(json, "mlp_bias", false);
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kLlama = {.name = "llama",
                          .architecture = "LlamaForSequenceClassification",
                          .base_prefix = "model",
                          .read = read_llama,
                          .body = kLlamaBody,
                          .head = kScoreHead,
                          .drops = kDropsAttention};

}  // namespace trainer::models
