#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "weights/tensor_view.hpp"

namespace trainer::weights {

// Files of weights, mapped and seen as one set of tensors: nothing is copied. docs/checkpoints.md
// has the formats. Immutable; safe to read from any thread.
class TensorFiles {
 public:
  // The weights of a model directory: the first that is there of model.safetensors, the shards of
  // model.safetensors.index.json, pytorch_model.bin, those of pytorch_model.bin.index.json.
  // Everything is checked before anything is believed; throws Error(kInvalidInput) naming file and
  // tensor, kUnsupported for a dtype that DType lacks, kNotFound without any of the files or when a
  // shard is missing, kIo when one cannot be read.
  static TensorFiles open_model(const std::filesystem::path& model_directory);
  // One file. Errors as above.
  static TensorFiles open_safetensors(const std::filesystem::path& file);
  static TensorFiles open_pytorch(const std::filesystem::path& file);

  TensorFiles(TensorFiles&&) noexcept;
  TensorFiles& operator=(TensorFiles&&) noexcept;
  ~TensorFiles();

  const std::map<std::string, TensorView, std::less<>>& tensors() const noexcept;
  // The strings of safetensors' headers, "format" among them; of shards all together.
  const std::map<std::string, std::string>& metadata() const noexcept;

 private:
  struct Impl;
  explicit TensorFiles(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trainer::weights
