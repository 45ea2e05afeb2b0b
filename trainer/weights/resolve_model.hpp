#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "hub/hub.hpp"

// What files a model consists of, and where they are.
namespace trainer::weights {

// A model's directory: `id_or_dir` itself if it is a directory, else a hub id whose config.json and
// tokenizer files are fetched. `check_config` sees config.json's path before any weights are asked
// for and throws to refuse the model. Returns a directory that holds config.json, tokenizer files
// and weights: model.safetensors, else its shards, else pytorch_model.bin or its shards. Throws
// Error as hub::Hub does, kUnsupported for weights in other formats only.
std::filesystem::path resolve_model(
    const hub::Hub& hub, const std::string& id_or_dir, const std::string& revision,
    const std::function<void(const std::filesystem::path&)>& check_config);

// As resolve_model, for config.json and the tokenizer files alone.
std::filesystem::path resolve_tokenizer(const hub::Hub& hub, const std::string& id_or_dir,
                                        const std::string& revision);

}  // namespace trainer::weights
