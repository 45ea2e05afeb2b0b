#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr std::array kErnieHead = {StoredName{"head.dense", "ernie.pooler.dense"},
                                   StoredName{"head.out", "classifier"}};

void read_ernie(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  if (config::bool_or(json, "use_task_id", false))
    config.body.task_type_rows = config::int_or(json, "task_type_vocab_size", 3, {1, 1024});
}

}  // namespace

const ModelType kErnie = {.name = "ernie",
                          .architecture = "ErnieForSequenceClassification",
                          .base_prefix = "ernie",
                          .read = read_ernie,
                          .body = kBertBody,
                          .head = kErnieHead};

}  // namespace trainer::models
