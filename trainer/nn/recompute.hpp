#pragma once

#include <ATen/core/TensorBody.h>

#include <functional>
#include <vector>

// Gradient checkpointing (Chen et al., 2016): a part of a model keeps its inputs only, and backward
// runs it once more to have what lies between them and its outputs.
namespace trainer::nn {

// What is run again: outputs from inputs, as the first run made them. An undefined input or output
// is "not there". Called in backward's thread with gradients enabled; all it refers to must live
// until then.
using Rerun = std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>& inputs)>;

// `outputs`, made from `inputs` without history, with a history whose backward runs `rerun` and
// goes back through it: the inputs' gradients and what the functions of this folder add to
// Weight::grad are those of a run with history, bit for bit. Without gradients wanted the outputs
// are as they were.
std::vector<at::Tensor> recompute_in_backward(std::vector<at::Tensor> outputs,
                                              const std::vector<at::Tensor>& inputs, Rerun rerun);

}  // namespace trainer::nn
