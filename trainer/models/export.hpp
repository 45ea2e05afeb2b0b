#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/stored_file.hpp"

// A trained model as a directory that transformers loads.
namespace trainer::models {

// The fields of a config.json in their order, without id2label and label2id: an order-keeping
// object of 100,000 names takes a time that is the square of that.
nlohmann::ordered_json config_without_labels(const std::string& config);

// config.json: the original's fields as they were, then architectures, id2label and label2id,
// problem_type, dtype.
void write_config(const Classifier& model, const std::filesystem::path& directory);

// model.safetensors: the fp32 masters under their stored names, metadata format=pt.
void write_weights(const Classifier& model, const std::filesystem::path& directory);

// adapter_config.json and adapter_model.safetensors: the trained fp32 masters of a model with
// adapters, under the names that PEFT gives them.
void write_adapter(const Classifier& model, const std::filesystem::path& directory);

// Writes the tokenizer's files; tokenizer.json gets its truncation and padding set to null, so that
// no limit of ours sticks to it.
void write_tokenizer(const std::vector<StoredFile>& files, const std::filesystem::path& directory);

// Config, tokenizer, and the weights or, of a model with adapters, these. Makes the directory; each
// file is written whole or not at all. Throws Error(kIo).
void export_model(const Classifier& model, const std::vector<StoredFile>& tokenizer,
                  const std::filesystem::path& directory);

// Gradients of what is trained under the stored names, as fp32.
void write_gradients(const Classifier& model, const std::filesystem::path& file);

}  // namespace trainer::models
