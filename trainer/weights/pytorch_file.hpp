#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "weights/tensor_view.hpp"

// Files of torch.save that hold a state dict: pytorch_model.bin. Both formats, the zip of PyTorch
// 1.6 and later and the stream before it; read in place, and nothing in them is run.
namespace trainer::weights {

// Reads a whole file's bytes; the tensors are views of them, in the order of the dict. Storages are
// checked against the file before anything is believed; tensors may share one. `place` names the
// file in errors. Throws Error(kInvalidInput) naming the tensor, kUnsupported for a file that wants
// to run code (weights/pickle.hpp).
std::vector<NamedTensor> read_pytorch(std::span<const std::byte> file, std::string_view place);

}  // namespace trainer::weights
