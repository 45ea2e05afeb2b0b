#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr std::array kDistilbertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "transformer.layer.#.attention.q_lin"},
    StoredName{"layer.#.attention.key", "transformer.layer.#.attention.k_lin"},
    StoredName{"layer.#.attention.value", "transformer.layer.#.attention.v_lin"},
    StoredName{"layer.#.attention.output", "transformer.layer.#.attention.out_lin"},
    StoredName{"layer.#.attention.norm", "transformer.layer.#.sa_layer_norm"},
    StoredName{"layer.#.mlp.up", "transformer.layer.#.ffn.lin1"},
    StoredName{"layer.#.mlp.down", "transformer.layer.#.ffn.lin2"},
    StoredName{"layer.#.mlp.norm", "transformer.layer.#.output_layer_norm"},
};
constexpr std::array kDistilbertHead = {StoredName{"head.dense", "pre_classifier"},
                                        StoredName{"head.out", "classifier"}};

void read_distilbert(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 30522, config::kPositive);
  body.hidden = config::int_or(json, "dim", 768, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layers", 6, {1, 1024});
  body.heads = config::int_or(json, "n_heads", 12, {1, 1024});
  body.feed_forward = config::int_or(json, "hidden_dim", 3072, kSize);
  body.position_rows = config::int_or(json, "max_position_embeddings", 512, kSize);
  body.activation = activation_of(json, "activation", "gelu");
  body.norm_eps = 1e-12;
  body.hidden_dropout = config::number_or(json, "dropout", 0.1);
  body.embedding_dropout = body.hidden_dropout;
  body.attention_output_dropout = 0.0;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.1);
  config.head.activation = nn::Activation::kRelu;
  config.head.dropout = config::number_or(json, "seq_classif_dropout", 0.2);
}

}  // namespace

const ModelType kDistilbert = {.name = "distilbert",
                               .architecture = "DistilBertForSequenceClassification",
                               .base_prefix = "distilbert",
                               .read = read_distilbert,
                               .body = kDistilbertBody,
                               .head = kDistilbertHead,
                               .drops = kDropsAsBert & ~kDropsAttentionOutput};

}  // namespace trainer::models
