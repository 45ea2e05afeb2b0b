#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

// model.safetensors.index.json or pytorch_model.bin.index.json: which of several files holds which
// tensor.
namespace trainer::weights {

struct ShardIndex {
  std::vector<std::string> files;  // sorted, each once; plain names beside the index
  std::map<std::string, std::string> file_of_tensor;
};

// Throws Error(kInvalidInput) naming the file when it is not such an index or names files
// elsewhere.
ShardIndex read_shard_index(const std::filesystem::path& index);

}  // namespace trainer::weights
