#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "nn/activation.hpp"
#include "nn/encoder.hpp"

// config.json of a sequence classifier, read into what the code needs.
namespace trainer::models {

// From the first token's hidden state x to logits: [dropout] -> dense -> activation -> dropout ->
// out.
struct HeadConfig {
  nn::Activation activation = nn::Activation::kTanh;
  double input_dropout = 0.0;
  double dropout = 0.1;
};

struct ModelType;

struct ClassifierConfig {
  const ModelType* type = nullptr;  // an entry of the table in model_types.hpp
  nn::EncoderConfig encoder;
  HeadConfig head;
  double initializer_range = 0.02;  // standard deviation of weights that the checkpoint lacks
  // Classes the config names (id2label), by index; empty when it says nothing about them.
  std::vector<std::string> labels;
  std::string problem_type;  // as in config.json; empty when not there
  std::string json;          // config.json as it was read, for export
};

// Reads DIR/config.json. Throws Error: kUnsupported for a model_type that is not in the table
// (lists those that are), for an option of a known type that is not built, and for regression or
// multi-label problems; kInvalidInput for a broken field. Never looks at the weights.
ClassifierConfig read_config(const std::filesystem::path& config_json);

// "LABEL_0", "LABEL_1", …: what transformers calls classes that nobody named.
std::vector<std::string> unnamed_labels(std::int64_t count);
// Whether all are such names.
bool are_unnamed(const std::vector<std::string>& labels);

// What the command line may say instead of config.json: one probability for all hidden and
// attention dropouts.
void override_dropout(ClassifierConfig& config, double probability);

}  // namespace trainer::models
