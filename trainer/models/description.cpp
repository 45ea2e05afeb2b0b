#include "models/description.hpp"

#include <functional>
#include <numeric>
#include <utility>

#include "models/classifier.hpp"
#include "models/loading.hpp"

namespace trainer::models {
namespace {

constexpr std::int64_t kMasterBytes = 4;
constexpr std::int64_t kGradientBytes = 4;
constexpr std::int64_t kMomentBytes = 8;
constexpr std::int64_t kShadowBytes = 2;

std::int64_t size_of(const nn::ParameterSpec& spec) {
  return std::accumulate(spec.shape.begin(), spec.shape.end(), std::int64_t{1},
                         std::multiplies<>());
}

void count(const std::vector<nn::ParameterSpec>& specs, ModelDescription& out) {
  for (const nn::ParameterSpec& spec : specs) {
    (spec.name.starts_with("head.") ? out.head_parameters : out.body_parameters) += size_of(spec);
  }
}

}  // namespace

std::int64_t ModelDescription::training_bytes(nn::Compute compute) const {
  const std::int64_t shadow = compute == nn::Compute::kBfloat16 ? kShadowBytes : 0;
  return parameters() * (kMasterBytes + kGradientBytes + kMomentBytes + shadow);
}

ModelDescription describe(ClassifierConfig config, const weights::TensorFiles& tensors) {
  ModelDescription out;
  const std::int64_t stored = stored_classes(*config.type, tensors);
  out.has_head = stored > 0;
  if (out.has_head && static_cast<std::int64_t>(config.labels.size()) != stored)
    config.labels = unnamed_labels(stored);
  if (config.labels.empty()) config.labels = unnamed_labels(2);
  const std::vector<nn::ParameterSpec> specs = classifier_parameters(config);
  count(specs, out);
  out.report = plan_load(*config.type, specs, tensors).report;
  for (const auto& [name, view] : tensors.tensors()) {
    ++out.dtypes[std::string(weights::name_of(view.dtype))];
    out.bytes += weights::byte_count(view.dtype, view.shape).value_or(0);
  }
  out.tensors = tensors.tensors().size();
  out.config = std::move(config);
  return out;
}

ModelDescription describe(ClassifierConfig config) {
  ModelDescription out;
  if (config.labels.empty()) config.labels = unnamed_labels(2);
  count(classifier_parameters(config), out);
  out.config = std::move(config);
  return out;
}

std::string kind_of(const ClassifierConfig& config) {
  if (config.decoder) return "encoder and decoder";
  const bool causal = !config.body.layer_kinds.empty() && config.body.layer_kinds[0].right == 0;
  return causal ? "decoder" : "encoder";
}

}  // namespace trainer::models
