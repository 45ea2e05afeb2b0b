#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights/tensor_view.hpp"

// The safetensors format: u64 header length, JSON header, tensor bytes.
namespace trainer::weights {

struct SafetensorsFile {
  std::vector<NamedTensor> tensors;  // views of the bytes given
  std::map<std::string, std::string> metadata;
};

// Reads a whole file's bytes. Nothing is believed before it is checked: header length within the
// file and below 100 MB, strict JSON, known dtypes, byte ranges that match shape and dtype, no
// overlap, no hole, nothing behind the last tensor. `place` names the file in errors. Throws
// Error(kInvalidInput) naming file and tensor, kUnsupported for a dtype of the format that DType
// lacks.
SafetensorsFile read_safetensors(std::span<const std::byte> file, std::string_view place);

// Writes a file: to a temporary name, fsync, rename. Tensors (row-major ones) are laid out by
// descending alignment of dtype, then name, as Hugging Face's writer does; the same tensors give
// the same bytes. transformers wants metadata {"format", "pt"}. Throws Error(kIo) when there is no
// room; nothing stays behind.
void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace trainer::weights
