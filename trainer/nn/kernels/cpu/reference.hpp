#pragma once

#include <array>
#include <cstdint>

#include "nn/kernels/cpu/kernels.hpp"

// What the vector kernels must equal, written one element at a time.
namespace trainer::nn::cpu {

// Philox4x32-10 as published (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// The factor dropout applies at (row, column): place.scale or 0.
float dropout_factor(const DropoutPlace& place, std::uint32_t row, std::uint32_t column);

}  // namespace trainer::nn::cpu
