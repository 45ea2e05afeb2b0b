#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The safetensors format: u64 header length, JSON header, tensor bytes. Reader and writer, without
// torch.
namespace trainer::hub {

enum class DType { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };
std::size_t size_of(DType dtype) noexcept;
std::string_view name_of(DType dtype) noexcept;  // as in the file: "F32"

// A tensor of a file: row-major, little-endian. `data` points into the mapping and lives as long as
// the Safetensors it came from; the format does not promise alignment, so copy the bytes rather
// than cast the pointer. The file must not be cut while it is mapped (SIGBUS): replace it by
// rename, as write_safetensors does.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
};

// One or several mapped files seen as one set of tensors. Immutable; safe to read from any thread.
class Safetensors {
 public:
  // Maps a file and checks its header before anything is believed: header length within the file
  // and below 100 MB, strict JSON, known dtypes, byte ranges that match shape and dtype, no
  // overlap, no hole, nothing behind the last tensor. Throws Error(kInvalidInput) naming file and
  // tensor, kUnsupported for a dtype of the format that is not above, kIo when the file cannot be
  // read.
  static Safetensors open(const std::filesystem::path& file);
  // model.safetensors, else the shards of model.safetensors.index.json, of a model directory.
  static Safetensors open_model(const std::filesystem::path& model_directory);

  Safetensors(Safetensors&&) noexcept;
  Safetensors& operator=(Safetensors&&) noexcept;
  ~Safetensors();

  const std::map<std::string, TensorView, std::less<>>& tensors() const noexcept;
  // The header's strings, "format" among them; of shards all together.
  const std::map<std::string, std::string>& metadata() const noexcept;

 private:
  struct Impl;
  explicit Safetensors(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Writes a file: to a temporary name, fsync, rename. Tensors are laid out by descending alignment
// of dtype, then name, as Hugging Face's writer does; the same tensors give the same bytes.
// transformers wants metadata {"format", "pt"}. Throws Error(kIo) when there is no room; nothing
// stays behind.
void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace trainer::hub
