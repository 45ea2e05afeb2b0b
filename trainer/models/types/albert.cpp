#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// ALBERT (Lan et al., 2019): BERT with small embeddings and layers that share weights by groups.
namespace trainer::models {
namespace {

constexpr std::array kAlbertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"embeddings.project", "encoder.embedding_hidden_mapping_in"},
    StoredName{"layer.#.#.attention.query",
               "encoder.albert_layer_groups.#.albert_layers.#.attention.query"},
    StoredName{"layer.#.#.attention.key",
               "encoder.albert_layer_groups.#.albert_layers.#.attention.key"},
    StoredName{"layer.#.#.attention.value",
               "encoder.albert_layer_groups.#.albert_layers.#.attention.value"},
    StoredName{"layer.#.#.attention.output",
               "encoder.albert_layer_groups.#.albert_layers.#.attention.dense"},
    StoredName{"layer.#.#.attention.norm",
               "encoder.albert_layer_groups.#.albert_layers.#.attention.LayerNorm"},
    StoredName{"layer.#.#.mlp.up", "encoder.albert_layer_groups.#.albert_layers.#.ffn"},
    StoredName{"layer.#.#.mlp.down", "encoder.albert_layer_groups.#.albert_layers.#.ffn_output"},
    StoredName{"layer.#.#.mlp.norm",
               "encoder.albert_layer_groups.#.albert_layers.#.full_layer_layer_norm"},
};
constexpr std::array kAlbertHead = {StoredName{"head.dense", "albert.pooler"},
                                    StoredName{"head.out", "classifier"}};

void read_albert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 30000, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 4096, {1, 65536});
  body.embedding_size = config::int_or(json, "embedding_size", 128, {1, 65536});
  body.always_project = true;
  body.heads = config::int_or(json, "num_attention_heads", 64, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 16384, kSize);
  body.activation = activation_of(json, "hidden_act", "gelu_new");
  body.hidden_dropout = config::number_or(json, "hidden_dropout_prob", 0.0);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.hidden_dropout = 0.0;  // none after the feed-forward
  body.attention_dropout = config::number_or(json, "attention_probs_dropout_prob", 0.0);
  config.head.dropout = config::number_or(json, "classifier_dropout_prob", 0.1);
  const std::int64_t groups = config::int_or(json, "num_hidden_groups", 1, {1, 1024});
  const std::int64_t inner = config::int_or(json, "inner_group_num", 1, {1, 1024});
  if (groups > body.layers)
    throw Error(ErrorCode::kInvalidInput, json.place() + ": more num_hidden_groups than layers");
  for (std::int64_t i = 0; i < body.layers; ++i) {
    for (std::int64_t j = 0; j < inner; ++j) {
      body.layer_weights.push_back(std::to_string(i * groups / body.layers) + "." +
                                   std::to_string(j));
    }
  }
  body.layers *= inner;
}

}  // namespace

const ModelType kAlbert = {.name = "albert",
                           .architecture = "AlbertForSequenceClassification",
                           .base_prefix = "albert",
                           .read = read_albert,
                           .body = kAlbertBody,
                           .head = kAlbertHead,
                           .drops = kDropsAsBert & ~kDropsHidden};

}  // namespace trainer::models
