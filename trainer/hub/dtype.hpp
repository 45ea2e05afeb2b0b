#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hub/safetensors.hpp"

// The table of the dtypes of safetensors.
namespace trainer::hub {

// nullopt for a name that DType lacks.
std::optional<DType> dtype_named(std::string_view name) noexcept;
// A dtype of the format with which nothing here computes.
bool is_other_dtype(std::string_view name) noexcept;
// Elements times size; nullopt on overflow or a negative dimension.
std::optional<std::uint64_t> byte_count(DType dtype,
                                        const std::vector<std::int64_t>& shape) noexcept;
// Place in Hugging Face's writer: higher first, by alignment and then by its own order.
int writing_rank(DType dtype) noexcept;

}  // namespace trainer::hub
