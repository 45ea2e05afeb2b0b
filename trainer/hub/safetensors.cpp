#include "hub/safetensors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "config/printable.hpp"
#include "hub/disk.hpp"
#include "hub/dtype.hpp"
#include "hub/safetensors_header.hpp"
#include "hub/safetensors_index.hpp"

namespace trainer::hub {
namespace {

// A file in memory, read-only.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const FileDescriptor fd = open_file(file, O_RDONLY);
    struct stat info {};
    if (fstat(fd.get(), &info) != 0) {
      throw io_error(file, "read", errno);
    }
    if (!S_ISREG(info.st_mode)) {
      throw Error(ErrorCode::kInvalidInput, fmt::format("{}: not a file", file.string()));
    }
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ == 0) {
      return;  // an empty file cannot be mapped; its header check fails
    }
    address_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address_ == MAP_FAILED) {
      address_ = nullptr;
      throw io_error(file, "mapped", errno);
    }
  }
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (address_ != nullptr) {
      munmap(address_, size_);
    }
  }
  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(address_), size_};
  }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

struct Safetensors::Impl {
  std::vector<Mapping> mappings;
  std::map<std::string, TensorView, std::less<>> tensors;
  std::map<std::string, std::string> metadata;

  void add(const std::filesystem::path& file) {
    const std::span<const std::byte> bytes = mappings.emplace_back(file).bytes();
    SafetensorsHeader header = parse_header(bytes, file.string());
    for (TensorSlot& slot : header.slots) {
      const auto data = bytes.subspan(header.data_offset + slot.begin, slot.end - slot.begin);
      const auto [at, added] = tensors.emplace(std::move(slot.name),
                                               TensorView{slot.dtype, std::move(slot.shape), data});
      if (!added) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("{}: tensor '{}' is in another shard too", file.string(),
                                config::printable(at->first)));
      }
    }
    metadata.merge(header.metadata);
  }
};

Safetensors::Safetensors(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Safetensors::Safetensors(Safetensors&&) noexcept = default;
Safetensors& Safetensors::operator=(Safetensors&&) noexcept = default;
Safetensors::~Safetensors() = default;

const std::map<std::string, TensorView, std::less<>>& Safetensors::tensors() const noexcept {
  return impl_->tensors;
}
const std::map<std::string, std::string>& Safetensors::metadata() const noexcept {
  return impl_->metadata;
}

Safetensors Safetensors::open(const std::filesystem::path& file) {
  auto impl = std::make_unique<Impl>();
  impl->add(file);
  return Safetensors(std::move(impl));
}

Safetensors Safetensors::open_model(const std::filesystem::path& model_directory) {
  const auto whole = model_directory / "model.safetensors";
  const auto index = model_directory / "model.safetensors.index.json";
  std::error_code error;
  if (std::filesystem::exists(whole, error)) {
    return open(whole);
  }
  if (!std::filesystem::exists(index, error)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{} holds neither model.safetensors nor model.safetensors.index.json",
                            model_directory.string()));
  }
  const ShardIndex shards = read_shard_index(index);
  auto impl = std::make_unique<Impl>();
  for (const std::string& file : shards.files) {
    impl->add(model_directory / file);
  }
  for (const auto& [tensor, file] : shards.file_of_tensor) {
    if (!impl->tensors.contains(tensor)) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: tensor '{}' is not in {}: fetch both again", index.string(),
                              config::printable(tensor), file));
    }
  }
  return Safetensors(std::move(impl));
}

void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<const std::string*, const TensorView*>> order;
  for (const auto& [name, view] : tensors) {
    order.emplace_back(&name, &view);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return writing_rank(a.second->dtype) > writing_rank(b.second->dtype);
  });
  std::vector<TensorSlot> slots;
  std::uint64_t at = 0;
  for (const auto& [name, view] : order) {
    const auto bytes = byte_count(view->dtype, view->shape);
    if (bytes != view->data.size()) {
      throw Error(ErrorCode::kInternal,
                  fmt::format("{}: tensor '{}' has {} bytes, which are not those of its shape",
                              file.string(), *name, view->data.size()));
    }
    slots.push_back({*name, view->dtype, view->shape, at, at + *bytes});
    at += *bytes;
  }
  const std::string header = format_header(slots, metadata);
  AtomicFile output(file);
  output.reserve(header.size() + at);
  output.write(std::as_bytes(std::span(header)));
  for (const auto& [name, view] : order) {
    output.write(view->data);
  }
  output.commit();
}

}  // namespace trainer::hub
