#include "nn/kernels/cpu/reference.hpp"

namespace trainer::nn::cpu {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = static_cast<std::uint64_t>(counter[0]) * 0xD2511F53U;
    const std::uint64_t b = static_cast<std::uint64_t>(counter[2]) * 0xCD9E8D57U;
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

float dropout_factor(const DropoutPlace& place, std::uint32_t row, std::uint32_t column) {
  if (place.threshold == 0) return 1.0F;
  const std::uint32_t group = column / 128;
  const std::uint32_t slot = column % 128 / 16;
  const std::uint32_t block = group * 16 + column % 16;
  const auto words = philox4x32(
      {block, row, place.site, place.step},
      {static_cast<std::uint32_t>(place.seed), static_cast<std::uint32_t>(place.seed >> 32)});
  const std::uint32_t bits = slot % 2 == 0 ? words[slot / 2] & 0xFFFFU : words[slot / 2] >> 16;
  return bits >= place.threshold ? place.scale : 0.0F;
}

}  // namespace trainer::nn::cpu
