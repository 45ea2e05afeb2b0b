#include "nn/modules.hpp"

namespace trainer::nn {

LinearWeights linear_weights(const ParameterSet& set, const std::string& module,
                             std::int64_t groups) {
  LinearWeights out = stacked_linear(set, {module});
  out.groups = groups;
  // Stored as a convolution of one token: [out,in/groups,1].
  for (at::Tensor* view : {&out.weight.master, &out.weight.value, &out.weight.grad})
    if (view->defined()) *view = view->flatten(1);
  return out;
}

LinearWeights stacked_linear(const ParameterSet& set, const std::vector<std::string>& modules) {
  std::vector<std::string> weights;
  std::vector<std::string> biases;
  for (const std::string& module : modules) {
    weights.push_back(module + ".weight");
    biases.push_back(module + ".bias");
  }
  LinearWeights out{.weight = set.stacked(weights), .bias = {}};
  if (set.contains(biases.front())) out.bias = set.stacked(biases);
  out.low_rank = low_rank_of(set, modules);
  return out;
}

NormWeights norm_weights(const ParameterSet& set, const std::string& module,
                         const NormOptions& options) {
  NormWeights out{.gamma = set.weight(module + ".weight"),
                  .beta = {},
                  .eps = options.eps,
                  .kind = options.kind};
  if (set.contains(module + ".bias")) out.beta = set.weight(module + ".bias");
  return out;
}

}  // namespace trainer::nn
