#pragma once

#include <array>
#include <string_view>

// What the files of a model's weights are called.
namespace trainer::weights {

enum class Format { kSafetensors, kPytorch };

struct FileNames {
  Format format;
  std::string_view whole;
  std::string_view index;  // of the shards, where there are several files
};

// In the order in which transformers looks for them.
inline constexpr std::array<FileNames, 2> kFileNames{
    {{Format::kSafetensors, "model.safetensors", "model.safetensors.index.json"},
     {Format::kPytorch, "pytorch_model.bin", "pytorch_model.bin.index.json"}}};

}  // namespace trainer::weights
