#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nn/activation.hpp"
#include "nn/backbone.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"

// What stands on a model's hidden states, as data: from one vector per text to logits. T tokens in
// the pack, B sequences, H hidden, L labels.
namespace trainer::models {

// Which vector stands for a text.
enum class Pool {
  kFirst,      // its first token's
  kLast,       // its last token's
  kLastToken,  // the last token's whose id is not the padding id (its first's, if all are)
  kLastEos,    // the last end-of-text token's
  kMean,       // the mean over its tokens
  kLate,       // every token's, and the mean is taken of their logits
};

// [dropout] -> [dense] -> activation -> [norm] -> dropout -> out -> out_activation. BERT's pooler,
// the dense head of RoBERTa, DistilBERT's pre-classifier, ModernBERT's prediction head, the
// sequence summaries of XLM and XLNet and a decoder's bare `score` are all this.
struct HeadConfig {
  Pool pool = Pool::kFirst;
  bool dense = true;
  bool dense_bias = true;
  nn::Activation activation = nn::Activation::kTanh;  // also without dense
  bool norm = false;                                  // LayerNorm after the activation
  bool norm_bias = true;
  double norm_eps = 1e-5;
  bool out_bias = true;
  nn::Activation out_activation = nn::Activation::kLinear;  // of the logits
  double input_dropout = 0.0;
  double dropout = 0.1;
  double dense_deviation = 0.0;  // of new weights; 0: the model's initializer_range
  double out_deviation = 0.0;
  bool deviation_by_size = false;  // sqrt(1/(in+out)) of each matrix, as Funnel draws them
  double cutoff = 0.0;             // see nn::ParameterSpec
};

// head.dense, head.norm, head.out.
void add_head_parameters(std::vector<nn::ParameterSpec>& specs, const HeadConfig& config,
                         std::int64_t hidden, std::int64_t labels);

class Head {
 public:
  Head(const HeadConfig& config, const nn::ParameterSet& set);

  // pooled [B,H] -> logits [B,L], fp32.
  at::Tensor forward(const at::Tensor& pooled, nn::Pass& pass) const;

 private:
  HeadConfig config_;
  std::optional<nn::LinearWeights> dense_;
  std::optional<nn::NormWeights> norm_;
  nn::LinearWeights out_;
};

// The place in the pack of the token that stands for each text; empty for Pool::kMean and kLate,
// which need all. `mark` is the padding id of kLastToken or the end-of-text id of kLastEos.
std::vector<std::int32_t> pooled_tokens(Pool pool, const nn::PackedInput& input,
                                        std::optional<std::int32_t> mark);

// x [T,H] -> the mean over each text's tokens, [B,H] fp32.
at::Tensor mean_of_texts(const at::Tensor& x, std::span<const std::int32_t> cu_seqlens);

}  // namespace trainer::models
