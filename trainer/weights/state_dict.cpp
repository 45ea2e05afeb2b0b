#include "weights/state_dict.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "config/error.hpp"
#include "config/printable.hpp"

namespace trainer::weights {
namespace {

constexpr std::size_t kMaxDimensions = 64;
// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata]) and
// _rebuild_parameter(tensor, requires_grad, backward_hooks).
constexpr std::size_t kTensorArguments = 6;
constexpr std::size_t kParameterArguments = 3;
// ("storage", type, key, location, numel[, view]); view: None or (key, begin, numel), elements.
constexpr std::size_t kStorageFields = 5;
constexpr std::size_t kViewFields = 3;

bool is_row_major(const std::vector<std::int64_t>& shape,
                  const std::vector<std::int64_t>& strides) {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

class StateDictReader {
 public:
  StateDictReader(const pickle::Pickle& pickle, std::string_view place)
      : pickle_(pickle), place_(place) {}

  std::vector<DescribedTensor> read() {
    const auto* dict = as<pickle::Dict>(pickle_.root);
    if (dict == nullptr) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: holds no dict of tensors: save a model's state_dict", place_));
    }
    std::vector<DescribedTensor> tensors;
    std::set<std::string_view> names;
    for (const auto& [key, value] : dict->items) {
      const auto* name = as<std::string_view>(key);
      if (name == nullptr) {
        throw Error(
            ErrorCode::kInvalidInput,
            fmt::format("{}: a key of its dict is no text: save a model's state_dict", place_));
      }
      name_ = *name;
      if (!names.insert(*name).second) wrong("its name is there twice");
      tensors.push_back(tensor(value));
    }
    return tensors;
  }

 private:
  [[noreturn]] void wrong(std::string_view what) const {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: tensor '{}': {}", place_, config::printable(name_), what));
  }

  // nullptr when the value is something else.
  template <typename Kind>
  const Kind* as(pickle::Ref value) const {
    return std::get_if<Kind>(&pickle_.values[value]);
  }
  std::uint64_t count(pickle::Ref value) const {
    const auto* number = as<std::int64_t>(value);
    if (number == nullptr || *number < 0) wrong("a size or an offset that is none");
    return static_cast<std::uint64_t>(*number);
  }
  std::vector<std::int64_t> counts(pickle::Ref value) const {
    const auto* tuple = as<pickle::Tuple>(value);
    if (tuple == nullptr || tuple->items.size() > kMaxDimensions) wrong("a shape that is none");
    std::vector<std::int64_t> out;
    for (const pickle::Ref item : tuple->items) {
      out.push_back(static_cast<std::int64_t>(count(item)));
    }
    return out;
  }

  const pickle::Tuple& arguments(const pickle::Call& call, std::size_t least) const {
    const auto& tuple = *as<pickle::Tuple>(call.arguments);
    if (tuple.items.size() < least) wrong("it is built of too little");
    return tuple;
  }

  DescribedTensor tensor(pickle::Ref value) const {
    const auto* call = as<pickle::Call>(value);
    if (call != nullptr && call->function.kind == pickle::Global::Kind::kRebuildParameter) {
      call = as<pickle::Call>(arguments(*call, kParameterArguments).items[0]);
    }
    if (call == nullptr || call->function.kind != pickle::Global::Kind::kRebuildTensor) {
      wrong("not a tensor: is this a model's state_dict?");
    }
    const pickle::Tuple& parts = arguments(*call, kTensorArguments);
    DescribedTensor out{.name = std::string(name_),
                        .storage = storage(parts.items[0]),
                        .begin = count(parts.items[1]),
                        .shape = counts(parts.items[2]),
                        .strides = counts(parts.items[3])};
    place(out);
    return out;
  }

  StorageUse storage(pickle::Ref value) const {
    const auto* persistent = as<pickle::Persistent>(value);
    const auto* id = persistent == nullptr ? nullptr : as<pickle::Tuple>(persistent->id);
    if (id == nullptr || id->items.size() < kStorageFields) wrong("it has no storage");
    const auto* word = as<std::string_view>(id->items[0]);
    const auto* type = as<pickle::Global>(id->items[1]);
    const auto* key = as<std::string_view>(id->items[2]);
    if (word == nullptr || *word != "storage" || type == nullptr ||
        type->kind != pickle::Global::Kind::kStorage || key == nullptr) {
      wrong("it has no storage");
    }
    StorageUse out{.key = *key, .dtype = type->dtype, .begin = 0, .numel = count(id->items[4])};
    if (id->items.size() > kStorageFields) narrow(out, id->items[kStorageFields]);
    return out;
  }

  // A view of a storage, as files before PyTorch 0.4 have them.
  void narrow(StorageUse& storage, pickle::Ref view) const {
    if (as<pickle::None>(view) != nullptr) return;
    const auto* fields = as<pickle::Tuple>(view);
    if (fields == nullptr || fields->items.size() != kViewFields) wrong("it has no storage");
    storage.begin = count(fields->items[1]);
    const std::uint64_t numel = count(fields->items[2]);
    if (storage.begin > storage.numel || numel > storage.numel - storage.begin) {
      wrong("its storage is part of a smaller one");
    }
    storage.numel = numel;
  }

  // Checks that all elements lie in the storage.
  void place(DescribedTensor& tensor) const {
    if (tensor.strides.size() != tensor.shape.size()) wrong("as many strides as dimensions needed");
    const auto bytes = byte_count(tensor.storage.dtype, tensor.shape);
    if (!bytes) wrong("its shape cannot be");
    std::uint64_t extent = *bytes == 0 ? 0 : 1;
    for (std::size_t i = 0; *bytes != 0 && i < tensor.shape.size(); ++i) {
      const auto steps = static_cast<std::uint64_t>(tensor.shape[i] - 1);
      std::uint64_t reach = 0;
      if (__builtin_mul_overflow(steps, static_cast<std::uint64_t>(tensor.strides[i]), &reach) ||
          __builtin_add_overflow(extent, reach, &extent)) {
        wrong("its strides cannot be");
      }
    }
    if (tensor.begin > tensor.storage.numel || extent > tensor.storage.numel - tensor.begin) {
      wrong(fmt::format("its elements {} to {} lie outside its storage of {}", tensor.begin,
                        fmt::to_string(tensor.begin) + "+" + fmt::to_string(extent),
                        tensor.storage.numel));
    }
    tensor.extent = extent;
    if (*bytes == 0 || is_row_major(tensor.shape, tensor.strides)) tensor.strides.clear();
  }

  const pickle::Pickle& pickle_;
  std::string_view place_;
  std::string_view name_;
};

}  // namespace

std::vector<DescribedTensor> read_state_dict(const pickle::Pickle& pickle, std::string_view place) {
  return StateDictReader(pickle, place).read();
}

TensorView view_of(const DescribedTensor& tensor, std::span<const std::byte> storage) {
  const std::size_t size = size_of(tensor.storage.dtype);
  return {.dtype = tensor.storage.dtype,
          .shape = tensor.shape,
          .data = storage.subspan(tensor.begin * size, tensor.extent * size),
          .strides = tensor.strides};
}

}  // namespace trainer::weights
