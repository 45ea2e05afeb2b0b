#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>

#include "nn/pass.hpp"

// What a classifier's head stands on. T tokens in the pack, B sequences, H hidden.
namespace trainer::nn {

// A packed batch as models read it; the spans must outlive the call.
struct PackedInput {
  std::span<const std::int32_t> ids;         // [T]
  std::span<const std::int32_t> type_ids;    // [T], or empty: all 0
  std::span<const std::int32_t> positions;   // [T], 0-based within each sequence
  std::span<const std::int32_t> cu_seqlens;  // [B+1]

  std::size_t sequences() const { return cu_seqlens.size() - 1; }
};

class Backbone {
 public:
  virtual ~Backbone() = default;

  // Hidden states after the last layer, in the compute type: of one token per sequence, [B,H], when
  // `tokens` names one of each sequence, in order (places in the pack); of all, [T,H], when it is
  // empty. What only the other tokens need of the last layer is not computed.
  virtual at::Tensor hidden_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                                   Pass& pass) const = 0;
};

}  // namespace trainer::nn
