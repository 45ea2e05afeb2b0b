#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// RoBERTa and the types that are it under another name.
namespace trainer::models {
namespace {

void read_roberta(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  config.body.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 1, config::kNotNegative));
  config.body.positions = nn::Positions::kAfterPad;
  config.head.input_dropout = config.head.dropout;
}

constexpr ModelType roberta_like(std::string_view name, std::string_view architecture) {
  return {.name = name,
          .architecture = architecture,
          .base_prefix = "roberta",
          .read = read_roberta,
          .body = kBertBody,
          .head = kDenseHead,
          .drops = kDropsAsBert | kDropsHeadInput};
}

}  // namespace

const ModelType kRoberta = roberta_like("roberta", "RobertaForSequenceClassification");
const ModelType kXlmRoberta = roberta_like("xlm-roberta", "XLMRobertaForSequenceClassification");
const ModelType kCamembert = roberta_like("camembert", "CamembertForSequenceClassification");

}  // namespace trainer::models
