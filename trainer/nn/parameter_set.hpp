#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// All weights of a model in one buffer. fp32 masters, gradients and (for bf16 compute) a bf16
// shadow lie in flat buffers of equal layout, so that clipping and the optimizer are one pass over
// memory, and a checkpoint is a few large writes. The layout is the order of the specs; neighbours
// can be read as one tensor (query, key and value in one product). Gradients are not autograd's:
// the functions of this folder add to `Weight::grad` in their backward.
namespace trainer::nn {

enum class Compute { kFloat32, kBfloat16 };
enum class Decay { kYes, kNo };  // whether AdamW's weight decay applies
// kSinusoids: a table [rows,2h] of sin, then cos, of row / 10000^(i/h).
enum class Init { kNormal, kZeros, kOnes, kSinusoids };
enum class Purpose { kTrain, kInfer };  // inference has no gradient buffer

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
};

struct Parameter {
  ParameterSpec spec;
  std::int64_t offset = 0;  // in elements of the flat buffers
  std::int64_t size = 0;
};

// A view of one parameter, or of neighbours stacked along their first axis. Views stay valid as
// long as the set lives.
struct Weight {
  at::Tensor master;  // fp32
  at::Tensor value;   // what products read: `master`, or its bf16 shadow
  at::Tensor grad;    // fp32, added to by backward; undefined for inference
};

// Not thread-safe; one training loop owns it.
class ParameterSet {
 public:
  ParameterSet(std::vector<ParameterSpec> specs, Compute compute, Purpose purpose);

  const std::vector<Parameter>& parameters() const noexcept { return parameters_; }
  Compute compute() const noexcept { return compute_; }
  std::int64_t size() const noexcept { return size_; }

  bool contains(std::string_view name) const { return by_name_.contains(name); }
  // Throws Error(kInternal) for an unknown name, or names that do not lie side by side.
  Weight weight(std::string_view name) const;
  Weight stacked(std::span<const std::string> names) const;

  at::Tensor master(const Parameter& parameter) const;  // shaped view
  at::Tensor grad(const Parameter& parameter) const;    // shaped view

  at::Tensor& masters() noexcept { return masters_; }  // [size] fp32
  at::Tensor& grads() noexcept { return grads_; }      // [size] fp32; undefined for inference
  at::Tensor& shadow() noexcept { return shadow_; }    // [size] bf16; undefined for fp32 compute
  const at::Tensor& masters() const noexcept { return masters_; }

  // Rounds the masters into the shadow, after they were written by anything but the optimizer.
  void refresh_shadow();

 private:
  const Parameter& find(std::string_view name) const;
  Weight view(std::int64_t offset, const std::vector<std::int64_t>& shape) const;

  std::vector<Parameter> parameters_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  Compute compute_;
  std::int64_t size_ = 0;
  at::Tensor masters_;
  at::Tensor grads_;
  at::Tensor shadow_;
};

}  // namespace trainer::nn
