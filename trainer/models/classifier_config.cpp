#include "models/classifier_config.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "models/model_types.hpp"

namespace trainer::models {
namespace {

[[noreturn]] void broken(const config::JsonObject& json, const std::string& message) {
  throw Error(ErrorCode::kInvalidInput, json.place() + ": " + message);
}

// id2label: {"0": "NEGATIVE", …}; the keys must be 0 … n-1.
std::vector<std::string> read_labels(const config::JsonObject& json) {
  const auto table = json.object("id2label");
  if (!table) return {};
  if (table->json().size() > static_cast<std::size_t>(data::kMostClasses)) {
    broken(json, "id2label names " + std::to_string(table->json().size()) + " classes; at most " +
                     std::to_string(data::kMostClasses) + " can be");
  }
  std::map<std::int64_t, std::string> by_id;
  for (const auto& [key, value] : table->json().items()) {
    if (key.empty() || key.size() > 6 || key.find_first_not_of("0123456789") != std::string::npos ||
        !value.is_string()) {
      broken(json, "id2label must map numbers to names");
    }
    by_id[std::stoll(key)] = value.get<std::string>();
  }
  std::vector<std::string> labels;
  for (const auto& [id, name] : by_id) {
    if (id != static_cast<std::int64_t>(labels.size()))
      broken(json, "id2label's keys must be 0, 1, 2 …");
    labels.push_back(name);
  }
  return labels;
}

std::optional<data::ProblemType> read_problem(const config::JsonObject& json) {
  const std::string name = config::string_or(json, "problem_type", "");
  if (name.empty()) return std::nullopt;
  if (const auto found = data::find_problem_type(name)) return found;
  broken(json, "problem_type '" + config::printable(name, 60) +
                   "' is none of single_label_classification, multi_label_classification and "
                   "regression");
}

void check_body(const nn::TransformerConfig& body, const config::JsonObject& json) {
  if (body.head_size == 0 && body.hidden % body.heads != 0) {
    broken(json, "hidden size " + std::to_string(body.hidden) + " is not a multiple of " +
                     std::to_string(body.heads) + " attention heads");
  }
  if (body.heads % body.key_value_heads() != 0) {
    broken(json, std::to_string(body.heads) + " attention heads are not a multiple of " +
                     std::to_string(body.key_value_heads()) + " key-value heads");
  }
  for (const nn::RotaryConfig& rotary : body.rotaries) {
    if (rotary.dim < 2 || 2 * rotary.half() > body.size_of_head())
      broken(json,
             "rotary embeddings do not fit into a head of " + std::to_string(body.size_of_head()));
  }
  if (body.max_tokens() < 2) broken(json, "max_position_embeddings leaves no room for a text");
  for (const double p : {body.embedding_dropout, body.hidden_dropout, body.attention_output_dropout,
                         body.attention_dropout, body.feed_forward_dropout, body.layer_dropout}) {
    if (!(p >= 0.0 && p < 1.0)) broken(json, "a dropout probability must lie in [0, 1)");
  }
}

constexpr std::string_view kUnnamed = "LABEL_";

}  // namespace

std::vector<std::string> unnamed_labels(std::int64_t count) {
  std::vector<std::string> labels;
  for (std::int64_t i = 0; i < count; ++i)
    labels.push_back(std::string(kUnnamed) + std::to_string(i));
  return labels;
}

bool are_unnamed(const std::vector<std::string>& labels) {
  return std::all_of(labels.begin(), labels.end(),
                     [](const std::string& label) { return label.starts_with(kUnnamed); });
}

ClassifierConfig read_config(const std::filesystem::path& config_json) {
  const auto json = config::JsonObject::read(config_json);
  ClassifierConfig config;
  config.type = &find_model_type(config::required_string(json, "model_type"), json.place());
  config.json = config::read_json_text(config_json);
  config.initializer_range = config::number_or(json, "initializer_range", 0.02);
  config.labels = read_labels(json);
  if (config.labels.empty()) {
    if (const auto count = config::find_int(json, "num_labels", {1, data::kMostClasses}))
      config.labels = unnamed_labels(*count);
  }
  config.problem_type = read_problem(json);
  config.type->read(json, config);
  check_body(config.body, json);
  if (config.decoder) check_body(*config.decoder, json);
  return config;
}

void override_dropout(ClassifierConfig& config, double probability) {
  const auto set = [&](Drops place, double& value) {
    if ((config.type->drops & place) != 0U || probability == 0.0) value = probability;
  };
  const auto set_stack = [&](nn::TransformerConfig& stack) {
    set(kDropsEmbeddings, stack.embedding_dropout);
    set(kDropsHidden, stack.hidden_dropout);
    set(kDropsAttentionOutput, stack.attention_output_dropout);
    set(kDropsAttention, stack.attention_dropout);
    set(kDropsFeedForward, stack.feed_forward_dropout);
    if (probability == 0.0) stack.layer_dropout = 0.0;
  };
  set_stack(config.body);
  if (config.decoder) set_stack(*config.decoder);
  set(kDropsHeadInput, config.head.input_dropout);
  set(kDropsHead, config.head.dropout);
}

}  // namespace trainer::models
