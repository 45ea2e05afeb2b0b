#include "weights/tensor_files.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "weights/file_names.hpp"
#include "weights/mapped_file.hpp"
#include "weights/pytorch_file.hpp"
#include "weights/safetensors.hpp"
#include "weights/shard_index.hpp"

namespace trainer::weights {

namespace fs = std::filesystem;

struct TensorFiles::Impl {
  std::vector<MappedFile> files;
  std::map<std::string, TensorView, std::less<>> tensors;
  std::map<std::string, std::string> metadata;

  void add(const fs::path& file, Format format) {
    const std::span<const std::byte> bytes = files.emplace_back(file).bytes();
    if (format == Format::kPytorch) {
      add(read_pytorch(bytes, file.string()), file);
    } else {
      SafetensorsFile read = read_safetensors(bytes, file.string());
      add(std::move(read.tensors), file);
      metadata.merge(read.metadata);
    }
  }

  void add_shards(const fs::path& index, Format format) {
    const ShardIndex shards = read_shard_index(index);
    for (const std::string& name : shards.files) {
      const fs::path file = index.parent_path() / name;
      std::error_code error;
      if (!fs::exists(file, error)) {
        throw Error(ErrorCode::kNotFound,
                    fmt::format("{} is not there, though {} names it: fetch it", file.string(),
                                index.filename().string()));
      }
      add(file, format);
    }
    for (const auto& [tensor, file] : shards.file_of_tensor) {
      if (!tensors.contains(tensor)) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("{}: tensor '{}' is not in {}: fetch both again", index.string(),
                                config::printable(tensor), file));
      }
    }
  }

  void add(std::vector<NamedTensor> more, const fs::path& file) {
    for (NamedTensor& tensor : more) {
      const auto [at, added] = tensors.emplace(std::move(tensor.name), std::move(tensor.view));
      if (!added) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("{}: tensor '{}' is in another shard too", file.string(),
                                config::printable(at->first)));
      }
    }
  }
};

TensorFiles::TensorFiles(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TensorFiles::TensorFiles(TensorFiles&&) noexcept = default;
TensorFiles& TensorFiles::operator=(TensorFiles&&) noexcept = default;
TensorFiles::~TensorFiles() = default;

const std::map<std::string, TensorView, std::less<>>& TensorFiles::tensors() const noexcept {
  return impl_->tensors;
}
const std::map<std::string, std::string>& TensorFiles::metadata() const noexcept {
  return impl_->metadata;
}

TensorFiles TensorFiles::open_safetensors(const fs::path& file) {
  auto impl = std::make_unique<Impl>();
  impl->add(file, Format::kSafetensors);
  return TensorFiles(std::move(impl));
}

TensorFiles TensorFiles::open_pytorch(const fs::path& file) {
  auto impl = std::make_unique<Impl>();
  impl->add(file, Format::kPytorch);
  return TensorFiles(std::move(impl));
}

TensorFiles TensorFiles::of_headers(std::vector<FileHeader> files) {
  auto impl = std::make_unique<Impl>();
  for (FileHeader& each : files) {
    std::vector<NamedTensor> tensors;
    for (TensorSlot& slot : each.header.slots) {
      tensors.push_back(
          {.name = std::move(slot.name),
           .view = {.dtype = slot.dtype, .shape = std::move(slot.shape), .data = {}}});
    }
    impl->add(std::move(tensors), each.file);
    impl->metadata.merge(each.header.metadata);
  }
  return TensorFiles(std::move(impl));
}

TensorFiles TensorFiles::open_model(const fs::path& model_directory) {
  auto impl = std::make_unique<Impl>();
  std::error_code error;
  for (const FileNames& names : kFileNames) {
    if (fs::exists(model_directory / names.whole, error)) {
      impl->add(model_directory / names.whole, names.format);
      return TensorFiles(std::move(impl));
    }
    if (fs::exists(model_directory / names.index, error)) {
      impl->add_shards(model_directory / names.index, names.format);
      return TensorFiles(std::move(impl));
    }
  }
  throw Error(ErrorCode::kNotFound,
              fmt::format("{} holds neither model.safetensors nor pytorch_model.bin, nor an index "
                          "of shards of either",
                          model_directory.string()));
}

}  // namespace trainer::weights
