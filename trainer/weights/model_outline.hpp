#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hub/hub.hpp"
#include "weights/tensor_files.hpp"

// What is known of a model without downloading its weights.
namespace trainer::weights {

struct ModelOutline {
  std::filesystem::path directory;  // holds config.json and the tokenizer files
  bool here = true;                 // the weights are in the directory too
  // Of weights that are not here: the headers of safetensors; absent for pytorch_model.bin, whose
  // tensors are told by its last bytes and a pickle.
  std::optional<TensorFiles> tensors;
  std::vector<std::string> files = {};   // of weights that are not here, by name
  std::optional<std::uint64_t> bytes{};  // of them all; absent: the hub does not say
};

// As resolve_model() (which see for arguments, order of formats, errors), but weights that neither
// the directory nor the cache has stay where they are. Of each of their safetensors files the first
// 64 KiB are read, and of a longer header the rest: it is believed only after the checks of
// safetensors_header.hpp against the size that the hub names, but for its checksum, which takes the
// whole file. Nothing that is read so is kept.
ModelOutline outline_model(const hub::Hub& hub, const std::string& id_or_dir,
                           const std::string& revision,
                           const std::function<void(const std::filesystem::path&)>& check_config);

}  // namespace trainer::weights
