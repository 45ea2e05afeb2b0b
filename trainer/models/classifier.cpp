#include "models/classifier.hpp"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "config/error.hpp"
#include "models/lora.hpp"
#include "models/model_types.hpp"
#include "models/stored_names.hpp"
#include "nn/bottleneck_transformer.hpp"
#include "nn/encoder_decoder.hpp"
#include "nn/funnel_transformer.hpp"
#include "nn/transformer.hpp"

namespace trainer::models {
namespace {

void check(const data::PackedBatch& batch, const ClassifierConfig& config) {
  if (batch.max_seqlen > config.max_tokens()) {
    throw Error(ErrorCode::kInvalidInput,
                "a text has " + std::to_string(batch.max_seqlen) + " tokens but the model takes " +
                    std::to_string(config.max_tokens()) + "; lower --max-length");
  }
  for (std::size_t i = 1; i < batch.cu_seqlens.size(); ++i) {
    if (batch.cu_seqlens[i] == batch.cu_seqlens[i - 1]) {
      throw Error(ErrorCode::kInvalidInput,
                  "a text has no tokens and the tokenizer adds no special ones: leave empty texts "
                  "out of the data");
    }
  }
}

std::unique_ptr<nn::Backbone> make_backbone(const ClassifierConfig& config,
                                            const nn::ParameterSet& set) {
  if (config.decoder)
    return std::make_unique<nn::EncoderDecoder>(config.body, *config.decoder,
                                                config.decoder_start_id, set);
  if (config.body.bottleneck) return std::make_unique<nn::BottleneckTransformer>(config.body, set);
  if (config.body.funnel) return std::make_unique<nn::FunnelTransformer>(config.body, set);
  return std::make_unique<nn::Transformer>(config.body, set);
}

std::unique_ptr<nn::ParameterSet> make_parameters(const ClassifierConfig& config,
                                                  nn::Compute compute, nn::Purpose purpose) {
  std::vector<nn::ParameterSpec> specs = classifier_parameters(config);
  std::vector<nn::LowRankSpec> low_rank;
  if (config.lora) low_rank = add_lora(*config.lora, specs);
  return std::make_unique<nn::ParameterSet>(std::move(specs), compute, purpose,
                                            std::move(low_rank));
}

}  // namespace

std::vector<nn::ParameterSpec> classifier_parameters(const ClassifierConfig& config) {
  std::vector<nn::ParameterSpec> specs = config.body.bottleneck
                                             ? nn::bottleneck_parameters(config.body)
                                             : nn::transformer_parameters(config.body);
  if (config.decoder) {
    const std::vector<nn::ParameterSpec> more = nn::transformer_parameters(*config.decoder);
    specs.insert(specs.end(), more.begin(), more.end());
  }
  add_head_parameters(specs, config.head, config.body.output_size(),
                      static_cast<std::int64_t>(config.labels.size()));
  for (nn::ParameterSpec spec : config.idle) {
    spec.decay =
        nn::Decay::kNo;  // without a gradient the optimizer of transformers leaves it alone
    specs.push_back(std::move(spec));
  }
  name_stored(config, specs);
  return specs;
}

Classifier::Classifier(ClassifierConfig config, nn::Compute compute, nn::Purpose purpose)
    : config_(std::move(config)),
      parameters_(make_parameters(config_, compute, purpose)),
      backbone_(make_backbone(config_, *parameters_)),
      head_(config_.head, *parameters_) {}

at::Tensor Classifier::forward(const data::PackedBatch& batch, nn::Pass& pass) const {
  check(batch, config_);
  const at::AutoGradMode history(at::GradMode::is_enabled() && parameters_->grads().defined());
  const nn::RunningPass running(pass);
  const nn::PackedInput input{.ids = batch.ids,
                              .type_ids = batch.type_ids,
                              .positions = batch.positions,
                              .cu_seqlens = batch.cu_seqlens};
  const std::vector<std::int32_t> tokens = pooled_tokens(config_.head.pool, input, config_.pad_id);
  at::Tensor x = backbone_->hidden_states(input, tokens, pass);
  if (config_.head.pool == Pool::kMean) x = mean_of_texts(x, input.cu_seqlens);
  const at::Tensor logits = head_.forward(x, pass);
  return config_.head.pool == Pool::kLate ? mean_of_texts(logits, input.cu_seqlens) : logits;
}

}  // namespace trainer::models
