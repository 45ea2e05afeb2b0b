#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

void read_electra(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.hidden = config::int_or(json, "hidden_size", 256, {1, 65536});
  body.embedding_size = config::int_or(json, "embedding_size", 128, {1, 65536});
  body.heads = config::int_or(json, "num_attention_heads", 4, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 1024, kSize);
  config.head.activation = nn::Activation::kGelu;
  config.head.input_dropout = config.head.dropout;
}

}  // namespace

const ModelType kElectra = {.name = "electra",
                            .architecture = "ElectraForSequenceClassification",
                            .base_prefix = "electra",
                            .read = read_electra,
                            .body = kBertBody,
                            .head = kDenseHead,
                            .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
