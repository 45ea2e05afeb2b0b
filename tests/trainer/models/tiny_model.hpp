#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "data/tokens/token_arena.hpp"
#include "models/classifier.hpp"
#include "support/temp_directory.hpp"

// A classifier small enough for a test: two layers of 16, random weights.
namespace trainer::test {

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

inline std::string tiny_bert_config() {
  return R"({"model_type": "bert", "vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2,
             "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 40, "type_vocab_size": 2,
             "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "keep_me": [1, {"deep": null}],
             "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

inline std::string tiny_nystromformer_config() {
  return R"({"model_type": "nystromformer", "vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2,
             "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 40, "num_landmarks": 4,
             "segment_means_seq_len": 32, "conv_kernel_size": 3, "id2label": {"0": "neg", "1": "pos"},
             "label2id": {"neg": 0, "pos": 1}})";
}

inline std::string tiny_mobilebert_config() {
  return R"({"model_type": "mobilebert", "vocab_size": 30, "hidden_size": 16, "embedding_size": 8,
             "intra_bottleneck_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
             "num_feedforward_networks": 2, "max_position_embeddings": 40, "hidden_dropout_prob": 0.1,
             "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

// `folder` receives the config.json that the model's config names.
inline models::Classifier tiny_classifier(const std::filesystem::path& folder, nn::Compute compute,
                                          const std::string& config = tiny_bert_config()) {
  write_text(folder / "config.json", config);
  models::Classifier model(models::read_config(folder / "config.json"), compute,
                           nn::Purpose::kTrain);
  std::mt19937 generator(11);
  std::normal_distribution<float> normal(0.0F, 0.3F);
  float* weights = model.parameters().masters().data_ptr<float>();
  for (const nn::Parameter& p : model.parameters().parameters()) {
    const float middle = p.spec.init == nn::Init::kOnes ? 1.0F : 0.0F;
    for (std::int64_t i = 0; i < p.size; ++i) weights[p.offset + i] = middle + normal(generator);
  }
  model.parameters().refresh_shadow();
  return model;
}

// Rows of 2 to 30 random tokens; the second one tells the label, which a model can learn.
inline data::TokenArena tiny_arena(std::size_t rows) {
  std::mt19937 generator(5);
  data::TokenColumns arena;
  arena.offsets.push_back(0);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t length = 2 + generator() % 29;
    for (std::size_t t = 0; t < length; ++t) {
      const std::int32_t random = static_cast<std::int32_t>(4 + generator() % 26);
      arena.ids.push_back(t == 0 ? 1 : t == 1 ? static_cast<std::int32_t>(2 + i % 2) : random);
    }
    arena.labels.push_back(static_cast<std::int64_t>(i % 2));
    arena.offsets.push_back(static_cast<std::int64_t>(arena.ids.size()));
  }
  arena.type_ids.assign(arena.ids.size(), 0);
  return arena;
}

}  // namespace trainer::test
