#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "models/export.hpp"
#include "models/stored_file.hpp"
#include "support/directories.hpp"
#include "trainer/models/tiny_model.hpp"
#include "weights/safetensors.hpp"

namespace trainer::test {

// A directory with a tiny random BERT without a head and a tokenizer of 700 words.
inline void make_model(const std::filesystem::path& folder) {
  auto config = nlohmann::json::parse(tiny_bert_config());
  config["vocab_size"] = 700;
  config.erase("id2label");
  config.erase("label2id");
  std::filesystem::create_directories(folder);
  const models::Classifier model =
      tiny_classifier(folder, nn::Compute::kFloat32, config.dump());  // writes config.json
  std::map<std::string, weights::TensorView> views;
  for (const nn::Parameter& p : model.parameters().parameters()) {
    if (p.spec.name.starts_with("head.")) continue;
    const float* values = model.parameters().masters().const_data_ptr<float>() + p.offset;
    views[p.spec.stored_name] = {
        .shape = p.spec.shape,
        .data = std::as_bytes(std::span(values, static_cast<std::size_t>(p.size)))};
  }
  weights::write_safetensors(folder / "model.safetensors", views, {{"format", "pt"}});
  const auto tokenizer =
      std::filesystem::path(TRACKER_SOURCE_DIR) / "tests/golden/tokenizers/bert/tokenizer.json";
  models::write_tokenizer(models::read_files({tokenizer}), folder);
}

}  // namespace trainer::test
