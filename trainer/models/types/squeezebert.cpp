#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// SqueezeBERT (Iandola et al., 2020): BERT whose products are convolutions of one token in groups.
namespace trainer::models {
namespace {

constexpr std::array kSqueezebertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "encoder.layers.#.attention.query"},
    StoredName{"layer.#.attention.key", "encoder.layers.#.attention.key"},
    StoredName{"layer.#.attention.value", "encoder.layers.#.attention.value"},
    StoredName{"layer.#.attention.output", "encoder.layers.#.post_attention.conv1d"},
    StoredName{"layer.#.attention.norm", "encoder.layers.#.post_attention.layernorm"},
    StoredName{"layer.#.mlp.up", "encoder.layers.#.intermediate.conv1d"},
    StoredName{"layer.#.mlp.down", "encoder.layers.#.output.conv1d"},
    StoredName{"layer.#.mlp.norm", "encoder.layers.#.output.layernorm"},
};
constexpr std::array kSqueezebertHead = {StoredName{"head.dense", "transformer.pooler.dense"},
                                         StoredName{"head.out", "classifier"}};

// A number of groups that divides both sides of its product.
std::int64_t groups_of(const config::JsonObject& json, std::string_view key, std::int64_t fallback,
                       const nn::TransformerConfig& body) {
  const std::int64_t groups = config::int_or(json, key, fallback, {1, 65536});
  refuse_unless(body.hidden % groups == 0 && body.feed_forward % groups == 0, json,
                std::string(key) + " that does not divide the sizes");
  return groups;
}

void read_squeezebert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  refuse_unless(config::int_or(json, "embedding_size", 768, {1, 65536}) == body.hidden, json,
                "an embedding_size that differs from hidden_size");
  body.groups = {.query = groups_of(json, "q_groups", 4, body),
                 .key = groups_of(json, "k_groups", 4, body),
                 .value = groups_of(json, "v_groups", 4, body),
                 .output = groups_of(json, "post_attention_groups", 1, body),
                 .up = groups_of(json, "intermediate_groups", 4, body),
                 .down = groups_of(json, "output_groups", 4, body),
                 .as_convolution = true};
  // The layers' norms do not read the config.
  body.embedding_norm_eps = body.norm_eps;
  body.norm_eps = 1e-12;
  config.head.dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kSqueezebert = {.name = "squeezebert",
                                .architecture = "SqueezeBertForSequenceClassification",
                                .base_prefix = "transformer",
                                .read = read_squeezebert,
                                .body = kSqueezebertBody,
                                .head = kSqueezebertHead,
                                .drops = kDropsAsBert};

}  // namespace trainer::models
