#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "models/description.hpp"
#include "text/tokenizer.hpp"
#include "weights/model_outline.hpp"

// What `trainer inspect` prints of a model.
namespace trainer::cli {

// The tokenizer, or why there is none.
struct TokenizerNote {
  std::optional<text::Tokenizer> tokenizer;
  std::string missing;
};

struct DescribedModel {
  weights::ModelOutline outline;
  models::ModelDescription description;  // by config.json alone where no tensors are known
  TokenizerNote tokenizer;
};

// Reads config.json and the tokenizer of the outline's directory. Throws Error for a config.json
// that cannot be; a tokenizer that cannot be opened is noted.
DescribedModel described(weights::ModelOutline outline);

nlohmann::ordered_json json_of_model(const DescribedModel& described);
std::string text_of_model(const DescribedModel& described);  // a line for each thing

}  // namespace trainer::cli
