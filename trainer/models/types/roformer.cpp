#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// RoFormer (Su et al., 2021): BERT whose queries and keys (and values, if it is told to) are turned
// by a table of sines and cosines that lies in the checkpoint and is not trained.
namespace trainer::models {
namespace {

constexpr auto kRoformerBody = with_shared(
    std::array{
        StoredName{"rotary_table", "encoder.embed_positions"},
    },
    kBertBody);

void read_roformer(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50000, config::kPositive);
  body.embedding_size = config::int_or(json, "embedding_size", body.hidden, {1, 65536});
  body.positions = nn::Positions::kNone;
  body.rotary_rows = config::int_or(json, "max_position_embeddings", 1536, kSize);
  body.position_limit = body.rotary_rows;
  body.turns_values = config::bool_or(json, "rotary_value", false);
  nn::RotaryConfig rotary;
  rotary.dim = body.hidden / body.heads;
  rotary.interleaved = true;
  body.rotaries = {rotary};
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers), nn::LayerKind{.rotary = 0});
  config.head.activation = body.activation;
  config.head.dropout = config.head.input_dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kRoformer = {.name = "roformer",
                             .architecture = "RoFormerForSequenceClassification",
                             .base_prefix = "roformer",
                             .read = read_roformer,
                             .body = kRoformerBody,
                             .head = kDenseHead,
                             .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
