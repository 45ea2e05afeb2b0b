#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "weights/pickle.hpp"

// The globals that a state dict needs, and no others.
namespace trainer::weights::pickle {

struct KnownGlobal {
  std::string_view name;
  Global global;
};
constexpr KnownGlobal storage_global(std::string_view name, DType dtype) {
  return {name, {.kind = Global::Kind::kStorage, .dtype = dtype}};
}
inline constexpr std::array<KnownGlobal, 13> kGlobals{
    {{"collections.OrderedDict", {.kind = Global::Kind::kOrderedDict}},
     {"torch._utils._rebuild_tensor_v2", {.kind = Global::Kind::kRebuildTensor}},
     {"torch._utils._rebuild_parameter", {.kind = Global::Kind::kRebuildParameter}},
     storage_global("torch.BoolStorage", DType::kBool),
     storage_global("torch.ByteStorage", DType::kU8),
     storage_global("torch.CharStorage", DType::kI8),
     storage_global("torch.ShortStorage", DType::kI16),
     storage_global("torch.IntStorage", DType::kI32),
     storage_global("torch.LongStorage", DType::kI64),
     storage_global("torch.HalfStorage", DType::kF16),
     storage_global("torch.BFloat16Storage", DType::kBF16),
     storage_global("torch.FloatStorage", DType::kF32),
     storage_global("torch.DoubleStorage", DType::kF64)}};

constexpr std::optional<Global> find_global(std::string_view name) {
  const auto* found = std::find_if(kGlobals.begin(), kGlobals.end(),
                                   [&](const KnownGlobal& each) { return each.name == name; });
  return found == kGlobals.end() ? std::nullopt : std::optional(found->global);
}

}  // namespace trainer::weights::pickle
