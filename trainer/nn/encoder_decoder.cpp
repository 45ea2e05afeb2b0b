#include "nn/encoder_decoder.hpp"

#include <vector>

namespace trainer::nn {
namespace {

std::vector<std::int32_t> shifted_right(const PackedInput& input,
                                        std::optional<std::int32_t> start_id) {
  std::vector<std::int32_t> ids(input.ids.size());
  for (std::size_t b = 0; b < input.sequences(); ++b) {
    const auto begin = static_cast<std::size_t>(input.cu_seqlens[b]);
    const auto end = static_cast<std::size_t>(input.cu_seqlens[b + 1]);
    if (begin == end) continue;
    ids[begin] = start_id ? *start_id : input.ids[end - 1];
    for (std::size_t t = begin + 1; t < end; ++t) ids[t] = input.ids[t - 1];
  }
  return ids;
}

}  // namespace

EncoderDecoder::EncoderDecoder(const TransformerConfig& encoder, const TransformerConfig& decoder,
                               std::optional<std::int32_t> start_id, const ParameterSet& parameters)
    : encoder_(encoder, parameters), decoder_(decoder, parameters), start_id_(start_id) {}

at::Tensor EncoderDecoder::hidden_states(const PackedInput& input,
                                         std::span<const std::int32_t> tokens, Pass& pass) const {
  const EncodedTexts encoded{.states = encoder_.hidden_states(input, {}, pass),
                             .cu_seqlens = input.cu_seqlens};
  const std::vector<std::int32_t> ids = shifted_right(input, start_id_);
  PackedInput shifted = input;
  shifted.ids = ids;
  return decoder_.decoded_states(shifted, tokens, &encoded, pass);
}

}  // namespace trainer::nn
