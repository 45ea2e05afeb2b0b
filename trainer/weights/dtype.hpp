#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// The types of numbers that files of weights hold.
namespace trainer::weights {

enum class DType { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };
std::size_t size_of(DType dtype) noexcept;
std::string_view name_of(DType dtype) noexcept;  // as safetensors writes it: "F32"

// nullopt for a name that DType lacks.
std::optional<DType> dtype_named(std::string_view name) noexcept;
// A dtype of safetensors with which nothing here computes.
bool is_other_dtype(std::string_view name) noexcept;
// Elements times size; nullopt on overflow or a negative dimension.
std::optional<std::uint64_t> byte_count(DType dtype,
                                        const std::vector<std::int64_t>& shape) noexcept;
// Place in Hugging Face's writer: higher first, by alignment and then by its own order.
int writing_rank(DType dtype) noexcept;

}  // namespace trainer::weights
