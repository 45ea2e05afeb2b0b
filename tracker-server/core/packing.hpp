#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Integers as residues in byte planes, compressed: what core/codec.hpp is made of. Layout:
// docs/storage.md.
namespace tracker::core {

// Appends to `out`.
void pack(std::span<const std::uint64_t> values, std::string& out);

// Reads exactly `bytes`, as many values as `out` has. Throws Error(kDataLoss).
void unpack(std::string_view bytes, std::span<std::uint64_t> out);

// Throws Error(kDataLoss): bytes of a column that say what cannot be.
[[noreturn]] void damaged_column(const char* what);

}  // namespace tracker::core
