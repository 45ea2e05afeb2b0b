#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// RemBERT: BERT with small input embeddings.
namespace trainer::models {
namespace {

constexpr auto kRembertBody = with_shared(
    std::array{
        StoredName{"embeddings.project", "encoder.embedding_hidden_mapping_in"},
    },
    kBertBody);
constexpr std::array kRembertHead = {StoredName{"head.dense", "rembert.pooler.dense"},
                                     StoredName{"head.out", "classifier"}};

void read_rembert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 250300, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 1152, {1, 65536});
  body.embedding_size = config::int_or(json, "input_embedding_size", 256, {1, 65536});
  body.always_project = true;
  body.layers = config::int_or(json, "num_hidden_layers", 32, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", 18, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 4608, kSize);
  body.hidden_dropout = config::number_or(json, "hidden_dropout_prob", 0.0);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_probs_dropout_prob", 0.0);
  config.head.dropout = config::number_or(json, "classifier_dropout_prob", 0.1);
}

}  // namespace

const ModelType kRembert = {.name = "rembert",
                            .architecture = "RemBertForSequenceClassification",
                            .base_prefix = "rembert",
                            .read = read_rembert,
                            .body = kRembertBody,
                            .head = kRembertHead};

}  // namespace trainer::models
