#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "data/labels/problem_type.hpp"
#include "models/head.hpp"
#include "models/lora_config.hpp"
#include "nn/transformer_config.hpp"

// config.json of a sequence classifier, read into what the code needs.
namespace trainer::models {

struct ModelType;
struct StoredName;

struct ClassifierConfig {
  const ModelType* type = nullptr;  // an entry of the table in model_types.hpp
  nn::TransformerConfig body;
  std::optional<nn::TransformerConfig> decoder;  // beside an encoder: nn::EncoderDecoder
  std::optional<std::int32_t> decoder_start_id;  // none: each text's last token
  HeadConfig head;
  // What checkpoints of the type hold and a classifier never reads (BigBird's pooler): kept and
  // saved as it is.
  std::vector<nn::ParameterSpec> idle;
  // Instead of the type's, where names depend on the config.
  std::span<const StoredName> body_names;
  double initializer_range = 0.02;  // standard deviation of weights that the checkpoint lacks
  // The id that Pool::kLastToken skips at a text's end, or that Pool::kLastEos looks for. Absent in
  // config.json (many decoders): the end-of-text id, which write_config then adds, since
  // transformers refuses batches without it.
  std::optional<std::int32_t> pad_id;
  bool pad_id_is_ours = false;
  // Classes the config names (id2label), by index; empty when it says nothing about them.
  std::vector<std::string> labels;
  // As config.json says, or as the data settled it.
  std::optional<data::ProblemType> problem_type;
  std::string json;                // config.json as it was read, for export
  std::optional<LoraConfig> lora;  // adapters on frozen weights

  // What transformers takes it for: one label without a problem type means regression.
  data::ProblemType problem() const {
    return problem_type.value_or(labels.size() == 1 ? data::ProblemType::kRegression
                                                    : data::ProblemType::kSingleLabel);
  }
  std::int64_t max_tokens() const { return body.max_tokens(); }  // of one text
};

// Reads DIR/config.json. Throws Error: kUnsupported for a model_type that is not in the table
// (lists those that are) and for an option of a known type that is not built; kInvalidInput for a
// broken field. Never looks at the weights.
ClassifierConfig read_config(const std::filesystem::path& config_json);

// "LABEL_0", "LABEL_1", …: what transformers calls classes that nobody named.
std::vector<std::string> unnamed_labels(std::int64_t count);
// Whether all are such names.
bool are_unnamed(const std::vector<std::string>& labels);

// What the command line may say instead of config.json: one probability for all dropouts that the
// architecture has. 0 also keeps every layer (nn::TransformerConfig::layer_dropout).
void override_dropout(ClassifierConfig& config, double probability);

}  // namespace trainer::models
