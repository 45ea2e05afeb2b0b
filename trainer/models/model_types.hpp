#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/classifier_config.hpp"

// The supported architectures, as one table. A new member of the BERT family is one entry here; see
// docs/trainer.md.
namespace trainer::models {

// Our name of a module and the checkpoint's; '#' stands for the layer's index.
struct StoredName {
  std::string_view ours;
  std::string_view stored;
};

struct ModelType {
  std::string_view name;          // config.json: model_type
  std::string_view architecture;  // config.json: architectures[0] of what we save
  std::string_view
      base_prefix;  // "bert": a checkpoint of the bare model lacks "bert." before its names
  void (*read)(const config::JsonObject& json, ClassifierConfig& config);
  std::span<const StoredName> body;  // names inside the bare model
  std::span<const StoredName> head;  // full names
  bool drops_attention_output = true;
  bool drops_head_input = false;
};

std::span<const ModelType> model_types();

// Throws Error(kUnsupported) that lists what is supported. `place` is the file, for the message.
const ModelType& find_model_type(std::string_view name, const std::string& place);

// Fills ParameterSpec::stored_name of every spec. Throws Error(kInternal) for a module the table
// lacks.
void name_stored(const ModelType& type, std::vector<nn::ParameterSpec>& specs);

}  // namespace trainer::models
