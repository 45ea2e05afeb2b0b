#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <optional>
#include <span>

#include "nn/backbone.hpp"
#include "nn/transformer.hpp"

// An encoder and a decoder that both read the text: BART's and T5's way to classify. The decoder's
// token t is the text's token t-1, its first one a start token; it is causal and looks at the
// encoder's states.
namespace trainer::nn {

class EncoderDecoder final : public Backbone {
 public:
  // `start_id`: the decoder's first token; none: each text's last one (mBART's language).
  EncoderDecoder(const TransformerConfig& encoder, const TransformerConfig& decoder,
                 std::optional<std::int32_t> start_id, const ParameterSet& parameters);

  // The decoder's states.
  at::Tensor hidden_states(const PackedInput& input, std::span<const std::int32_t> tokens,
                           Pass& pass) const override;

 private:
  Transformer encoder_;
  Transformer decoder_;
  std::optional<std::int32_t> start_id_;
};

}  // namespace trainer::nn
