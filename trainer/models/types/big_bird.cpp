#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"
#include "nn/specs.hpp"

// BigBird (Zaheer et al., 2020) with full attention: what transformers computes for
// attention_type original_full, and for block_sparse as long as no text has more tokens than
// global, window and random blocks hold.
//
// Longer texts under block_sparse are refused. transformers draws their random blocks from numpy's
// global generator when training and takes block 0 for all of them when evaluating, so what it
// trains is not what it evaluates; and the first short batch makes attention full from then on, so
// a text's numbers depend on what was seen before it.
namespace trainer::models {
namespace {

constexpr std::array kBigBirdHead = {StoredName{"head.dense", "classifier.dense"},
                                     StoredName{"head.out", "classifier.out_proj"},
                                     StoredName{"idle.pooler", "bert.pooler"}};

// Tokens that a text may have.
void limit_texts(const config::JsonObject& json, nn::TransformerConfig& body) {
  const std::string type = config::string_or(json, "attention_type", "block_sparse");
  refuse_unless(type == "block_sparse" || type == "original_full", json,
                "attention_type '" + type + "'");
  if (type == "original_full") return;
  const std::int64_t block = config::int_or(json, "block_size", 64, {1, 65536});
  const std::int64_t random = config::int_or(json, "num_random_blocks", 3, {0, 1024});
  body.position_limit = (5 + 2 * random) * block;
}

void read_big_bird(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50358, config::kPositive);
  body.position_rows = config::int_or(json, "max_position_embeddings", 4096, kSize);
  body.activation = activation_of(json, "hidden_act", "gelu_new");
  body.query_bias = body.key_bias = body.value_bias = config::bool_or(json, "use_bias", true);
  body.dropout_before_norm = true;
  if (config::bool_or(json, "rescale_embeddings", false))
    body.embedding_scale = std::sqrt(static_cast<double>(body.hidden));
  limit_texts(json, body);
  config.head.activation = body.activation;
  config.head.input_dropout = config.head.dropout;
  nn::add_linear(config.idle, "idle.pooler", body.hidden, body.hidden);
}

}  // namespace

const ModelType kBigBird = {.name = "big_bird",
                            .architecture = "BigBirdForSequenceClassification",
                            .base_prefix = "bert",
                            .read = read_big_bird,
                            .body = kBertBody,
                            .head = kBigBirdHead,
                            .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
