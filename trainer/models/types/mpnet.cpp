#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// MPNet (Song et al., 2020): RoBERTa with T5's buckets added to the scores of every layer.
namespace trainer::models {
namespace {

constexpr std::array kMpnetBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "encoder.layer.#.attention.attn.q"},
    StoredName{"layer.#.attention.key", "encoder.layer.#.attention.attn.k"},
    StoredName{"layer.#.attention.value", "encoder.layer.#.attention.attn.v"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.attn.o"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.LayerNorm"},
    StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
    StoredName{"relative_bias", "encoder.relative_attention_bias"},
};

void read_mpnet(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.token_type_rows = 0;
  body.pad_id = 1;  // whatever pad_token_id says
  body.positions = nn::Positions::kAfterPad;
  body.score_bias = nn::ScoreBias::kBuckets;
  // 32 buckets are looked up whatever the table's rows.
  body.buckets.rows = config::int_or(json, "relative_attention_num_buckets", 32, {32, 1024});
  config.head.dropout = body.hidden_dropout;
  config.head.input_dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kMpnet = {.name = "mpnet",
                          .architecture = "MPNetForSequenceClassification",
                          .base_prefix = "mpnet",
                          .read = read_mpnet,
                          .body = kMpnetBody,
                          .head = kDenseHead,
                          .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
