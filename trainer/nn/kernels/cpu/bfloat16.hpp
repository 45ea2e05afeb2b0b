#pragma once

#include <cstdint>
#include <cstring>

namespace trainer::nn::cpu {

// The bits of a bfloat16; same layout as c10::BFloat16, without torch.
struct Bf16 {
  std::uint16_t bits;
};

}  // namespace trainer::nn::cpu
