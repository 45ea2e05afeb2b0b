#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weights/safetensors_header.hpp"
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

  // Files of which only the headers are here: names, types and shapes; every `data` is empty, so
  // they can be described and not loaded. Throws Error(kInvalidInput) for a name in two of them.
  struct FileHeader {
    std::filesystem::path file;  // for errors
    SafetensorsHeader header;
  };
  static TensorFiles of_headers(std::vector<FileHeader> files);

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
