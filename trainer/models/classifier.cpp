#include "models/classifier.hpp"

#include <utility>

#include "config/error.hpp"
#include "models/model_types.hpp"
#include "nn/activation.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/specs.hpp"

namespace trainer::models {
namespace {

nn::LinearWeights head_weights(const nn::ParameterSet& set, const std::string& name) {
  return {.weight = set.weight(name + ".weight"), .bias = set.weight(name + ".bias")};
}

}  // namespace

std::vector<nn::ParameterSpec> classifier_parameters(const ClassifierConfig& config) {
  std::vector<nn::ParameterSpec> specs = nn::encoder_parameters(config.encoder);
  nn::add_linear(specs, "head.dense", config.encoder.hidden, config.encoder.hidden);
  nn::add_linear(specs, "head.out", static_cast<std::int64_t>(config.labels.size()),
                 config.encoder.hidden);
  name_stored(*config.type, specs);
  return specs;
}

Classifier::Classifier(ClassifierConfig config, nn::Compute compute, nn::Purpose purpose)
    : config_(std::move(config)),
      parameters_(
          std::make_unique<nn::ParameterSet>(classifier_parameters(config_), compute, purpose)),
      encoder_(config_.encoder, *parameters_),
      dense_(head_weights(*parameters_, "head.dense")),
      out_(head_weights(*parameters_, "head.out")) {}

at::Tensor Classifier::forward(const data::PackedBatch& batch, nn::Pass& pass) const {
  if (batch.max_seqlen > config_.encoder.max_tokens()) {
    throw Error(ErrorCode::kInvalidInput,
                "a text has " + std::to_string(batch.max_seqlen) + " tokens but the model takes " +
                    std::to_string(config_.encoder.max_tokens()) + "; lower --max-length");
  }
  for (std::size_t i = 1; i < batch.cu_seqlens.size(); ++i) {
    if (batch.cu_seqlens[i] == batch.cu_seqlens[i - 1]) {
      throw Error(ErrorCode::kInvalidInput,
                  "a text has no tokens; the tokenizer must add special tokens");
    }
  }
  const nn::EncoderInput input{.ids = batch.ids,
                               .type_ids = batch.type_ids,
                               .positions = batch.positions,
                               .cu_seqlens = batch.cu_seqlens};
  // The head works on B rows only: fp32 costs nothing there.
  at::Tensor x = encoder_.first_tokens(input, pass).to(at::kFloat);
  x = nn::dropout(x, pass.dropout(config_.head.input_dropout));
  x = nn::activate(config_.head.activation, nn::linear(x, dense_));
  x = nn::dropout(x, pass.dropout(config_.head.dropout));
  return nn::linear(x, out_);
}

}  // namespace trainer::models
