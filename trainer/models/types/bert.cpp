#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

constexpr std::array kBertHead = {StoredName{"head.dense", "bert.pooler.dense"},
                                  StoredName{"head.out", "classifier"}};

}  // namespace

const ModelType kBert = {.name = "bert",
                         .architecture = "BertForSequenceClassification",
                         .base_prefix = "bert",
                         .read = read_bert_fields,
                         .body = kBertBody,
                         .head = kBertHead};

}  // namespace trainer::models
