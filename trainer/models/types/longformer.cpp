#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Longformer (Beltagy et al., 2020): RoBERTa whose tokens see a window and the first token, which
// alone sees all, through projections of its own.
namespace trainer::models {
namespace {

constexpr std::array kLongformerBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "encoder.layer.#.attention.self.query"},
    StoredName{"layer.#.attention.key", "encoder.layer.#.attention.self.key"},
    StoredName{"layer.#.attention.value", "encoder.layer.#.attention.self.value"},
    StoredName{"layer.#.attention.global_query", "encoder.layer.#.attention.self.query_global"},
    StoredName{"layer.#.attention.global_key", "encoder.layer.#.attention.self.key_global"},
    StoredName{"layer.#.attention.global_value", "encoder.layer.#.attention.self.value_global"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.output.dense"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
};

// attention_window: one for all layers, or one per layer; half of it lies on each side.
std::vector<std::int64_t> windows(const config::JsonObject& json, std::int64_t layers) {
  constexpr const char* kKey = "attention_window";
  const auto* found = json.find(kKey);
  std::vector<std::int64_t> out;
  if (found != nullptr && found->is_array()) {
    out = *config::find_ints(json, kKey, {2, kSize.max});
  } else {
    out.assign(static_cast<std::size_t>(layers), config::int_or(json, kKey, 512, {2, kSize.max}));
  }
  if (static_cast<std::int64_t>(out.size()) != layers)
    throw Error(ErrorCode::kInvalidInput,
                json.place() + ": attention_window must have one entry per layer");
  for (const std::int64_t window : out)
    refuse_unless(window % 2 == 0, json, "an odd attention_window");
  return out;
}

void read_longformer(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 1, config::kNotNegative));
  body.positions = nn::Positions::kAfterPad;
  body.global_first = true;
  for (const std::int64_t window : windows(json, body.layers))
    body.layer_kinds.push_back({.left = window / 2, .right = window / 2});
  config.head.dropout = body.hidden_dropout;
  config.head.input_dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kLongformer = {.name = "longformer",
                               .architecture = "LongformerForSequenceClassification",
                               .base_prefix = "longformer",
                               .read = read_longformer,
                               .body = kLongformerBody,
                               .head = kDenseHead,
                               .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
