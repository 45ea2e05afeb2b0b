#include "models/model_types.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "config/error.hpp"

namespace trainer::models {
namespace {

constexpr std::array kBertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.task_types", "embeddings.task_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"embeddings.project", "embeddings_project"},
    StoredName{"layer.#.attention.query", "encoder.layer.#.attention.self.query"},
    StoredName{"layer.#.attention.key", "encoder.layer.#.attention.self.key"},
    StoredName{"layer.#.attention.value", "encoder.layer.#.attention.self.value"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.output.dense"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    StoredName{"layer.#.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.norm", "encoder.layer.#.output.LayerNorm"},
};

constexpr std::array kDistilbertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "transformer.layer.#.attention.q_lin"},
    StoredName{"layer.#.attention.key", "transformer.layer.#.attention.k_lin"},
    StoredName{"layer.#.attention.value", "transformer.layer.#.attention.v_lin"},
    StoredName{"layer.#.attention.output", "transformer.layer.#.attention.out_lin"},
    StoredName{"layer.#.attention.norm", "transformer.layer.#.sa_layer_norm"},
    StoredName{"layer.#.up", "transformer.layer.#.ffn.lin1"},
    StoredName{"layer.#.down", "transformer.layer.#.ffn.lin2"},
    StoredName{"layer.#.norm", "transformer.layer.#.output_layer_norm"},
};

constexpr std::array kBertHead = {StoredName{"head.dense", "bert.pooler.dense"},
                                  StoredName{"head.out", "classifier"}};
constexpr std::array kErnieHead = {StoredName{"head.dense", "ernie.pooler.dense"},
                                   StoredName{"head.out", "classifier"}};
constexpr std::array kDenseHead = {StoredName{"head.dense", "classifier.dense"},
                                   StoredName{"head.out", "classifier.out_proj"}};
constexpr std::array kDistilbertHead = {StoredName{"head.dense", "pre_classifier"},
                                        StoredName{"head.out", "classifier"}};

void refuse_unless(bool fine, const config::JsonObject& json, const std::string& what) {
  if (!fine) throw Error(ErrorCode::kUnsupported, json.place() + ": " + what + " is not supported");
}

// The fields that all but DistilBERT share; defaults as transformers' configuration classes have
// them.
void read_bert_fields(const config::JsonObject& json, ClassifierConfig& config) {
  nn::EncoderConfig& e = config.encoder;
  e.vocab_size = config::int_or(json, "vocab_size", 30522, config::kPositive);
  e.hidden = config::int_or(json, "hidden_size", 768, {1, 65536});
  e.embedding_size = e.hidden;
  e.layers = config::int_or(json, "num_hidden_layers", 12, {1, 1024});
  e.heads = config::int_or(json, "num_attention_heads", 12, {1, 1024});
  e.feed_forward = config::int_or(json, "intermediate_size", 3072, {1, 1048576});
  e.position_rows = config::int_or(json, "max_position_embeddings", 512, {1, 1048576});
  e.token_type_rows = config::int_or(json, "type_vocab_size", 2, {0, 1024});
  e.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 0, config::kNotNegative));
  e.activation =
      nn::activation_from_name(config::string_or(json, "hidden_act", "gelu"), "hidden_act");
  e.norm_eps = config::number_or(json, "layer_norm_eps", 1e-12);
  e.hidden_dropout = config::number_or(json, "hidden_dropout_prob", 0.1);
  e.attention_output_dropout = e.hidden_dropout;
  e.attention_dropout = config::number_or(json, "attention_probs_dropout_prob", 0.1);
  config.head.dropout = config::number_or(json, "classifier_dropout", e.hidden_dropout);
  const std::string positions = config::string_or(json, "position_embedding_type", "absolute");
  refuse_unless(positions == "absolute", json, "position_embedding_type '" + positions + "'");
  refuse_unless(!config::bool_or(json, "is_decoder", false), json, "is_decoder true");
}

void read_bert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
}

void read_ernie(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  if (config::bool_or(json, "use_task_id", false)) {
    config.encoder.task_type_rows = config::int_or(json, "task_type_vocab_size", 3, {1, 1024});
  }
}

void read_roberta(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  config.encoder.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 1, config::kNotNegative));
  config.encoder.positions = nn::Positions::kAfterPad;
  config.head.input_dropout = config.head.dropout;
}

void read_electra(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::EncoderConfig& e = config.encoder;
  e.hidden = config::int_or(json, "hidden_size", 256, {1, 65536});
  e.embedding_size = config::int_or(json, "embedding_size", 128, {1, 65536});
  e.heads = config::int_or(json, "num_attention_heads", 4, {1, 1024});
  e.feed_forward = config::int_or(json, "intermediate_size", 1024, {1, 1048576});
  config.head.activation = nn::Activation::kGelu;
  config.head.input_dropout = config.head.dropout;
}

void read_distilbert(const config::JsonObject& json, ClassifierConfig& config) {
  nn::EncoderConfig& e = config.encoder;
  e.vocab_size = config::int_or(json, "vocab_size", 30522, config::kPositive);
  e.hidden = config::int_or(json, "dim", 768, {1, 65536});
  e.embedding_size = e.hidden;
  e.layers = config::int_or(json, "n_layers", 6, {1, 1024});
  e.heads = config::int_or(json, "n_heads", 12, {1, 1024});
  e.feed_forward = config::int_or(json, "hidden_dim", 3072, {1, 1048576});
  e.position_rows = config::int_or(json, "max_position_embeddings", 512, {1, 1048576});
  e.activation =
      nn::activation_from_name(config::string_or(json, "activation", "gelu"), "activation");
  e.norm_eps = 1e-12;
  e.hidden_dropout = config::number_or(json, "dropout", 0.1);
  e.attention_output_dropout = 0.0;
  e.attention_dropout = config::number_or(json, "attention_dropout", 0.1);
  config.head.activation = nn::Activation::kRelu;
  config.head.dropout = config::number_or(json, "seq_classif_dropout", 0.2);
}

constexpr ModelType roberta_like(std::string_view name, std::string_view architecture) {
  return {.name = name,
          .architecture = architecture,
          .base_prefix = "roberta",
          .read = read_roberta,
          .body = kBertBody,
          .head = kDenseHead,
          .drops_head_input = true};
}

constexpr std::array kTypes = {
    ModelType{.name = "bert",
              .architecture = "BertForSequenceClassification",
              .base_prefix = "bert",
              .read = read_bert,
              .body = kBertBody,
              .head = kBertHead},
    roberta_like("camembert", "CamembertForSequenceClassification"),
    ModelType{.name = "distilbert",
              .architecture = "DistilBertForSequenceClassification",
              .base_prefix = "distilbert",
              .read = read_distilbert,
              .body = kDistilbertBody,
              .head = kDistilbertHead,
              .drops_attention_output = false},
    ModelType{.name = "electra",
              .architecture = "ElectraForSequenceClassification",
              .base_prefix = "electra",
              .read = read_electra,
              .body = kBertBody,
              .head = kDenseHead,
              .drops_head_input = true},
    ModelType{.name = "ernie",
              .architecture = "ErnieForSequenceClassification",
              .base_prefix = "ernie",
              .read = read_ernie,
              .body = kBertBody,
              .head = kErnieHead},
    roberta_like("roberta", "RobertaForSequenceClassification"),
    roberta_like("xlm-roberta", "XLMRobertaForSequenceClassification"),
};

// "layer.12.up" against "layer.#.up": the index, "" when the pattern has none; nullopt when it does
// not match.
std::optional<std::string> match(std::string_view pattern, std::string_view name) {
  const std::size_t mark = pattern.find('#');
  if (mark == std::string_view::npos)
    return pattern == name ? std::optional(std::string()) : std::nullopt;
  const std::string_view before = pattern.substr(0, mark);
  const std::string_view after = pattern.substr(mark + 1);
  if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
      !name.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view index =
      name.substr(before.size(), name.size() - before.size() - after.size());
  if (index.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::string(index);
}

std::string with_index(std::string_view stored, const std::string& index) {
  std::string out(stored);
  const std::size_t mark = out.find('#');
  if (mark != std::string::npos) out.replace(mark, 1, index);
  return out;
}

std::string stored_module(const ModelType& type, const std::string& module) {
  for (const StoredName& entry : type.head) {
    if (match(entry.ours, module)) return std::string(entry.stored);
  }
  for (const StoredName& entry : type.body) {
    if (const auto index = match(entry.ours, module)) {
      return std::string(type.base_prefix) + "." + with_index(entry.stored, *index);
    }
  }
  throw Error(ErrorCode::kInternal, std::string(type.name) + " has no name for " + module);
}

}  // namespace

std::span<const ModelType> model_types() { return kTypes; }

const ModelType& find_model_type(std::string_view name, const std::string& place) {
  std::string known;
  for (const ModelType& type : kTypes) {
    if (type.name == name) return type;
    known += (known.empty() ? "" : ", ") + std::string(type.name);
  }
  throw Error(ErrorCode::kUnsupported, place + ": model_type '" + std::string(name) +
                                           "' is not supported; supported: " + known);
}

void name_stored(const ModelType& type, std::vector<nn::ParameterSpec>& specs) {
  for (nn::ParameterSpec& spec : specs) {
    const std::size_t dot = spec.name.rfind('.');
    spec.stored_name = stored_module(type, spec.name.substr(0, dot)) + spec.name.substr(dot);
  }
}

}  // namespace trainer::models
