#include "weights/dtype.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace trainer::weights {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::size_t size;
  int writing_rank;
};
// In the order of DType.
constexpr std::array<Row, 10> kRows{{{DType::kBool, "BOOL", 1, 0},
                                     {DType::kU8, "U8", 1, 1},
                                     {DType::kI8, "I8", 1, 2},
                                     {DType::kI16, "I16", 2, 3},
                                     {DType::kI32, "I32", 4, 6},
                                     {DType::kI64, "I64", 8, 9},
                                     {DType::kF16, "F16", 2, 4},
                                     {DType::kBF16, "BF16", 2, 5},
                                     {DType::kF32, "F32", 4, 7},
                                     {DType::kF64, "F64", 8, 8}}};
constexpr std::array<std::string_view, 12> kOthers{
    "U16",     "U32",     "U64",     "C64",     "F4",          "F6_E2M3",
    "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"};

constexpr const Row& row_of(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }
static_assert(std::all_of(kRows.begin(), kRows.end(),
                          [](const Row& row) { return row_of(row.dtype).name == row.name; }));

}  // namespace

std::size_t size_of(DType dtype) noexcept { return row_of(dtype).size; }
std::string_view name_of(DType dtype) noexcept { return row_of(dtype).name; }
int writing_rank(DType dtype) noexcept { return row_of(dtype).writing_rank; }

std::optional<DType> dtype_named(std::string_view name) noexcept {
  const auto* row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.name == name; });
  return row == kRows.end() ? std::nullopt : std::optional(row->dtype);
}

bool is_other_dtype(std::string_view name) noexcept {
  return std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end();
}

std::optional<std::uint64_t> byte_count(DType dtype,
                                        const std::vector<std::int64_t>& shape) noexcept {
  std::uint64_t bytes = size_of(dtype);
  for (const std::int64_t dimension : shape) {
    if (dimension < 0 ||
        __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes)) {
      return std::nullopt;
    }
  }
  return bytes <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
             ? std::optional(bytes)
             : std::nullopt;
}

}  // namespace trainer::weights
