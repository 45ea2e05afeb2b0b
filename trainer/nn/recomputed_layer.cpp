#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <memory>

#include "nn/recompute.hpp"
#include "nn/transformer.hpp"

// Transformer's layers under gradient checkpointing.
namespace trainer::nn {
namespace {

// What a layer reads beside its stream, kept until backward: the caller's own lives only as long as
// the forward pass.
struct KeptCall {
  std::vector<std::int32_t> cu_seqlens;
  std::vector<std::int32_t> lengths;
  PackGeometry pack;
  std::optional<ChosenTokens> chosen;
  std::optional<EncodedTexts> encoded;

  KeptCall(const PackGeometry& geometry, const ChosenTokens* tokens, const EncodedTexts* texts)
      : cu_seqlens(geometry.cu_seqlens.begin(), geometry.cu_seqlens.end()),
        lengths(geometry.lengths.begin(), geometry.lengths.end()),
        pack(geometry) {
    if (tokens != nullptr) chosen = *tokens;
    if (texts != nullptr) encoded = EncodedTexts{.states = {}, .cu_seqlens = cu_seqlens};
    pack.cu_seqlens = cu_seqlens;
    pack.lengths = lengths;
    pack.bias.values.reset();  // tensors with a history come as inputs
    pack.distances.reset();
  }
};

}  // namespace

Transformer::Stream Transformer::recomputed_layer(std::size_t index, const Stream& stream,
                                                  const LayerCall& call) const {
  const auto kept = std::make_shared<const KeptCall>(call.pack, call.chosen, call.encoded);
  const auto run = [this, index, kept, place = stream.place](const std::vector<at::Tensor>& in,
                                                             Pass& pass) {
    PackGeometry pack = kept->pack;
    pack.bias.values = in[2];
    pack.distances = in[3];
    std::optional<EncodedTexts> encoded = kept->encoded;
    if (encoded) encoded->states = in[4];
    return run_layer(index, {.x = in[0], .delta = in[1], .place = place},
                     {.pack = pack,
                      .chosen = kept->chosen ? &*kept->chosen : nullptr,
                      .encoded = encoded ? &*encoded : nullptr,
                      .pass = pass});
  };
  const std::vector<at::Tensor> inputs = {
      stream.x, stream.delta, call.pack.bias.values, call.pack.distances,
      call.encoded != nullptr ? call.encoded->states : at::Tensor()};
  const Pass before = call.pass;  // whose dropout the second run draws again
  Stream out = [&] {
    const at::NoGradGuard no_history;
    return run(inputs, call.pass);
  }();
  const std::vector<at::Tensor> outputs = recompute_in_backward(
      {out.x, out.delta}, inputs, [run, before](const std::vector<at::Tensor>& in) {
        Pass again = before;
        const RunningPass running(again);
        const Stream made = run(in, again);
        return std::vector<at::Tensor>{made.x, made.delta};
      });
  return {.x = outputs[0], .delta = outputs[1], .place = out.place};
}

}  // namespace trainer::nn
