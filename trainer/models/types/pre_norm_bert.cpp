#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// The BERT family with the norms before its parts: XLM-RoBERTa-XL, RoBERTa-PreLayerNorm,
// Megatron-BERT.
namespace trainer::models {
namespace {

constexpr auto kXlBody = with_shared(
    std::array{
        StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.self_attn_layer_norm"},
        StoredName{"layer.#.mlp.norm", "encoder.layer.#.LayerNorm"},
        StoredName{"final_norm", "encoder.LayerNorm"},
    },
    kBertBody);

constexpr auto kPreLayerNormBody = with_shared(
    std::array{
        StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.LayerNorm"},
        StoredName{"layer.#.mlp.norm", "encoder.layer.#.intermediate.LayerNorm"},
        StoredName{"final_norm", "LayerNorm"},
    },
    kBertBody);

constexpr auto kMegatronBody = with_shared(
    std::array{
        StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.ln"},
        StoredName{"layer.#.mlp.norm", "encoder.layer.#.ln"},
        StoredName{"final_norm", "encoder.ln"},
    },
    kBertBody);
constexpr std::array kMegatronHead = {StoredName{"head.dense", "bert.pooler.dense"},
                                      StoredName{"head.out", "classifier"}};

void read_roberta_like(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 1, config::kNotNegative));
  body.positions = nn::Positions::kAfterPad;
  config.head.input_dropout = config.head.dropout;
}

void read_xl(const config::JsonObject& json, ClassifierConfig& config) {
  read_roberta_like(json, config);
  nn::TransformerConfig& body = config.body;
  body.embedding_norm = false;
  body.token_type_rows = config::int_or(json, "type_vocab_size", 1, {0, 1024});
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-5);
  body.hidden_dropout = 0.0;  // none after the feed-forward
}

void read_megatron(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.embedding_norm = false;
  config.head.dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kXlmRobertaXl = {.name = "xlm-roberta-xl",
                                 .architecture = "XLMRobertaXLForSequenceClassification",
                                 .base_prefix = "roberta",
                                 .read = read_xl,
                                 .body = kXlBody,
                                 .head = kDenseHead,
                                 .drops = (kDropsAsBert | kDropsHeadInput) & ~kDropsHidden};
const ModelType kRobertaPrelayernorm = {
    .name = "roberta-prelayernorm",
    .architecture = "RobertaPreLayerNormForSequenceClassification",
    .base_prefix = "roberta_prelayernorm",
    .read = read_roberta_like,
    .body = kPreLayerNormBody,
    .head = kDenseHead,
    .drops = kDropsAsBert | kDropsHeadInput};
const ModelType kMegatronBert = {.name = "megatron-bert",
                                 .architecture = "MegatronBertForSequenceClassification",
                                 .base_prefix = "bert",
                                 .read = read_megatron,
                                 .body = kMegatronBody,
                                 .head = kMegatronHead};

}  // namespace trainer::models
