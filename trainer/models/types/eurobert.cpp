#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// EuroBERT: llama whose tokens see both sides.
namespace trainer::models {
namespace {

constexpr std::array kEurobertHead = {StoredName{"head.dense", "dense"},
                                      StoredName{"head.out", "classifier"}};

HeadConfig read_eurobert_head(const config::JsonObject& json) {
  HeadConfig head;
  const std::string pooling = config::string_or(json, "classifier_pooling", "late");
  refuse_unless(pooling == "bos" || pooling == "mean" || pooling == "late", json,
                "classifier_pooling '" + pooling + "'");
  head.pool = pooling == "bos" ? Pool::kFirst : pooling == "mean" ? Pool::kMean : Pool::kLate;
  head.activation = nn::Activation::kGelu;
  head.dropout = 0.0;
  return head;
}

void read_eurobert(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_llama_fields(json,
                    {.vocab_size = 128256,
                     .hidden = 768,
                     .feed_forward = 3072,
                     .layers = 12,
                     .heads = 12,
                     .norm_eps = 1e-5,
                     .pad_id = 128001},
                    config);
  config.pad_id_is_ours = false;
  for (nn::LayerKind& kind : body.layer_kinds) kind.right = nn::kUnlimited;
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  body.up_bias = body.down_bias = config::bool_or(json, "mlp_bias", false);
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 8192, kSize);
  body.rotaries = {read_rotary(json, body.size_of_head(), {.max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
  config.head = read_eurobert_head(json);
}

}  // namespace

const ModelType kEurobert = {.name = "eurobert",
                             .architecture = "EuroBertForSequenceClassification",
                             .base_prefix = "model",
                             .read = read_eurobert,
                             .body = kLlamaBody,
                             .head = kEurobertHead,
                             .drops = kDropsAttention};

}  // namespace trainer::models
