#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// MobileBERT (Sun et al., 2020): nn::BottleneckTransformer.
namespace trainer::models {
namespace {

constexpr auto kMobilebertBody = with_shared(
    std::array{
        StoredName{"embeddings.project", "embeddings.embedding_transformation"},
        StoredName{"layer.#.input", "encoder.layer.#.bottleneck.input.dense"},
        StoredName{"layer.#.input_norm", "encoder.layer.#.bottleneck.input.LayerNorm"},
        StoredName{"layer.#.shared", "encoder.layer.#.bottleneck.attention.dense"},
        StoredName{"layer.#.shared_norm", "encoder.layer.#.bottleneck.attention.LayerNorm"},
        StoredName{"layer.#.ffn.#.up", "encoder.layer.#.ffn.#.intermediate.dense"},
        StoredName{"layer.#.ffn.#.down", "encoder.layer.#.ffn.#.output.dense"},
        StoredName{"layer.#.ffn.#.norm", "encoder.layer.#.ffn.#.output.LayerNorm"},
        StoredName{"layer.#.back", "encoder.layer.#.output.bottleneck.dense"},
        StoredName{"layer.#.back_norm", "encoder.layer.#.output.bottleneck.LayerNorm"},
    },
    kBertBody);
constexpr std::array kMobilebertHead = {StoredName{"head.dense", "mobilebert.pooler.dense"},
                                        StoredName{"head.out", "classifier"}};

nn::BottleneckConfig read_bottleneck(const config::JsonObject& json, std::int64_t hidden) {
  nn::BottleneckConfig b;
  if (config::bool_or(json, "use_bottleneck", true))
    b.size = config::int_or(json, "intra_bottleneck_size", 128, {1, 65536});
  b.trigrams = config::bool_or(json, "trigram_input", true);
  b.shared = config::bool_or(json, "key_query_shared_bottleneck", true);
  b.attention = config::bool_or(json, "use_bottleneck_attention", false);
  b.feed_forwards = config::int_or(json, "num_feedforward_networks", 4, {1, 1024});
  refuse_unless(b.size == 0 || b.shared || b.attention || b.size == hidden, json,
                "a bottleneck that neither query nor key goes through");
  const std::string norm = config::string_or(json, "normalization_type", "no_norm");
  refuse_unless(norm == "no_norm" || norm == "layer_norm", json,
                "normalization_type '" + norm + "'");
  b.plain_norm = norm == "no_norm";
  return b;
}

void read_mobilebert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.hidden = config::int_or(json, "hidden_size", 512, {1, 65536});
  body.embedding_size = config::int_or(json, "embedding_size", 128, {1, 65536});
  body.layers = config::int_or(json, "num_hidden_layers", 24, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", 4, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 512, kSize);
  body.token_type_rows = config::int_or(json, "type_vocab_size", 2, {1, 1024});
  body.activation = activation_of(json, "hidden_act", "relu");
  body.hidden_dropout = config::number_or(json, "hidden_dropout_prob", 0.0);
  body.embedding_dropout = body.hidden_dropout;
  body.bottleneck = read_bottleneck(json, body.hidden);
  const std::int64_t inner = body.bottleneck->size > 0 ? body.bottleneck->size : body.hidden;
  refuse_unless(inner % body.heads == 0, json,
                "a layer's width that is no multiple of num_attention_heads");
  body.head_size = inner / body.heads;
  config.head.dense = config::bool_or(json, "classifier_activation", true);
  if (!config.head.dense) config.head.activation = nn::Activation::kLinear;
  config.head.dropout = config::number_or(json, "classifier_dropout", body.hidden_dropout);
}

}  // namespace

const ModelType kMobilebert = {.name = "mobilebert",
                               .architecture = "MobileBertForSequenceClassification",
                               .base_prefix = "mobilebert",
                               .read = read_mobilebert,
                               .body = kMobilebertBody,
                               .head = kMobilebertHead,
                               .drops = kDropsAsBert & ~kDropsAttentionOutput};

}  // namespace trainer::models
