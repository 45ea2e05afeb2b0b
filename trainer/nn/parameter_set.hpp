#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/pass.hpp"

// All weights of a model in one buffer. fp32 masters, gradients and (for bf16 compute) a bf16
// shadow lie in flat buffers of equal layout, so that clipping and the optimizer are one pass over
// memory, and a checkpoint is a few large writes. The layout is the order of the specs; neighbours
// can be read as one tensor (query, key and value in one product). Gradients are not autograd's:
// the functions of this folder add to `Weight::grad` in their backward.
namespace trainer::nn {

enum class Compute { kFloat32, kBfloat16 };
enum class Decay { kYes, kNo };  // whether AdamW's weight decay applies
// kSinusoids: a table [rows,2h] of sin, then cos, of row / 10000^(i/h).
// kFanIn: uniform within 1 / sqrt(in), what torch.nn.Linear begins with.
enum class Init { kNormal, kZeros, kOnes, kSinusoids, kFanIn };
enum class Purpose { kTrain, kInfer };  // inference has no gradient buffer
// Whether a parameter has a place in the gradient buffer. kUnused: it has one and is never updated,
// since a neighbour in the same product is trained.
enum class Gradient { kTrained, kUnused, kNone };
// What a parameter is to a product: Role::kMatrix of a linear module, or one half of its low-rank
// addition.
enum class Role { kOther, kMatrix, kLowRankA, kLowRankB };

// How a checkpoint lays a parameter out. Parameters that share a stored name are the parts of one
// stored tensor, in the order of their specs.
struct StoredLayout {
  bool transposed = false;  // a matrix is stored as [in,out]
  // The parts' rows are interleaved in this many groups: rows of group 0 of each part, then group
  // 1, … (1: the parts are stacked).
  std::int64_t groups = 1;
  // Above 1: a part [out,in] is stored as [blocks,in,out/blocks], each block transposed.
  std::int64_t blocks = 1;
  // Above 1: the stored matrix's last axis is divided into [heads, size].
  std::int64_t heads = 1;
};

struct ParameterSpec {
  std::string name;         // how the model's code calls it: "layer.0.attention.query.weight"
  std::string stored_name;  // how the checkpoint calls it
  std::vector<std::int64_t> shape;
  Init init = Init::kNormal;  // when the checkpoint lacks it
  Decay decay = Decay::kYes;
  double deviation = 0.0;  // of Init::kNormal; 0: the model's initializer_range
  double cutoff = 0.0;     // of Init::kNormal, in deviations: a truncated normal; 0: not truncated
  StoredLayout layout = {};
  Role role = Role::kOther;
  Gradient gradient = Gradient::kTrained;
};

struct Parameter {
  ParameterSpec spec;
  std::int64_t offset = 0;  // in elements of masters and shadow
  std::int64_t size = 0;
  std::int64_t gradient = -1;  // in elements of the gradients; below 0: has none
};

// x A^T B^T * scale, added to the product of a module (LoRA; Hu et al., 2021). Parts of one stored
// tensor share A and its input's dropout.
struct LowRankSpec {
  std::string module;  // "layer.3.attention.query"
  std::string a;       // names of parameters: [r,in]
  std::string b;       // [out,r]
  double scale = 1.0;
  double dropout = 0.0;  // of x, when training
};

// A view of one parameter, or of neighbours stacked along their first axis. Views stay valid as
// long as the set lives.
struct Weight {
  at::Tensor master;  // fp32
  at::Tensor value;   // what products read: `master`, or its bf16 shadow
  at::Tensor grad;    // fp32, added to by backward; undefined for inference and what is frozen
};

// Not thread-safe; one training loop owns it.
class ParameterSet {
 public:
  ParameterSet(std::vector<ParameterSpec> specs, Compute compute, Purpose purpose,
               std::vector<LowRankSpec> low_rank = {});

  const std::vector<Parameter>& parameters() const noexcept { return parameters_; }
  Compute compute() const noexcept { return compute_; }
  std::int64_t size() const noexcept { return size_; }

  bool contains(std::string_view name) const { return by_name_.contains(name); }
  // Throws Error(kInternal) for an unknown name, names that do not lie side by side, or of which
  // only some have a gradient.
  Weight weight(std::string_view name) const;
  Weight stacked(std::span<const std::string> names) const;

  at::Tensor master(const Parameter& parameter) const;  // shaped view
  at::Tensor grad(const Parameter& parameter) const;    // shaped view; undefined when it has none

  const std::vector<LowRankSpec>& low_rank() const noexcept { return low_rank_; }
  const LowRankSpec* low_rank_of(std::string_view module) const;  // null: none

  at::Tensor& masters() noexcept { return masters_; }  // [size] fp32
  // fp32, of the parameters that have a gradient, one after the other; undefined for inference.
  at::Tensor& grads() noexcept { return grads_; }
  at::Tensor& shadow() noexcept { return shadow_; }  // [size] bf16; undefined for fp32 compute
  const at::Tensor& masters() const noexcept { return masters_; }

  // Rounds the masters into the shadow, after they were written by anything but the optimizer.
  void refresh_shadow();

 private:
  const Parameter& find(std::string_view name) const;
  Weight view(const Parameter& first, const std::vector<std::int64_t>& shape) const;

  std::vector<Parameter> parameters_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  Compute compute_;
  std::int64_t size_ = 0;
  std::vector<LowRankSpec> low_rank_;
  at::Tensor masters_;
  at::Tensor grads_;
  at::Tensor shadow_;
};

}  // namespace trainer::nn
