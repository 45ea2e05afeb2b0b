#pragma once

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/activation.hpp"
#include "nn/linear.hpp"
#include "nn/norm.hpp"
#include "nn/parameter_set.hpp"
#include "nn/pass.hpp"

// The post-norm transformer encoder of the BERT family as data: which model is which is said by
// EncoderConfig alone. T tokens of B sequences laid end to end, H hidden, E embedding size, F
// feed-forward, N heads, D = H/N.
namespace trainer::nn {

// Where a token's position row comes from.
enum class Positions {
  kAbsolute,  // 0, 1, 2 … within its sequence
  kAfterPad,  // as RoBERTa: pad_id + 1 + the count of non-pad tokens before it; pad tokens take row
              // pad_id
};

struct EncoderConfig {
  std::int64_t vocab_size = 0;
  std::int64_t hidden = 0;          // H
  std::int64_t embedding_size = 0;  // E; differs from H: projected to H after the embedding norm
  std::int64_t layers = 0;
  std::int64_t heads = 0;            // N
  std::int64_t feed_forward = 0;     // F
  std::int64_t position_rows = 0;    //
  std::int64_t token_type_rows = 0;  // 0: the model has no token types
  std::int64_t task_type_rows = 0;   // 0: the model has no task types; else every token takes row 0
  std::int32_t pad_id = 0;           // used by Positions::kAfterPad
  Positions positions = Positions::kAbsolute;
  Activation activation = Activation::kGelu;
  double norm_eps = 1e-12;
  double hidden_dropout = 0.1;            // after the embeddings and the feed-forward
  double attention_output_dropout = 0.1;  // after the attention's output projection
  double attention_dropout = 0.1;         // on the attention's probabilities

  // Tokens that one sequence may have.
  std::int64_t max_tokens() const {
    return positions == Positions::kAfterPad ? position_rows - pad_id - 1 : position_rows;
  }
};

// A packed batch as the encoder reads it; the spans must outlive the call.
struct EncoderInput {
  std::span<const std::int32_t> ids;         // [T]
  std::span<const std::int32_t> type_ids;    // [T], or empty: all 0
  std::span<const std::int32_t> positions;   // [T], 0-based within each sequence
  std::span<const std::int32_t> cu_seqlens;  // [B+1]
};

// Names and shapes of the encoder's parameters, in an order that lets query, key and value be read
// as one. The stored names are left to the model type's table.
std::vector<ParameterSpec> encoder_parameters(const EncoderConfig& config);

class Encoder {
 public:
  Encoder(const EncoderConfig& config, const ParameterSet& parameters);

  // Hidden states of each sequence's first token after the last layer, [B,H] in the compute type.
  // The last layer is computed for those rows only (keys and values for all): the rest of it would
  // be thrown away.
  at::Tensor first_tokens(const EncoderInput& input, Pass& pass) const;

 private:
  struct Layer {
    LinearWeights qkv;  // [3H,H]
    LinearWeights query;
    LinearWeights key_value;  // [2H,H]
    LinearWeights attention_output;
    NormWeights attention_norm;
    LinearWeights up;
    LinearWeights down;
    NormWeights output_norm;
  };

  at::Tensor embeddings(const EncoderInput& input, Pass& pass) const;
  at::Tensor whole_layer(const Layer& layer, const at::Tensor& x, const EncoderInput& input,
                         Pass& pass) const;
  at::Tensor first_token_layer(const Layer& layer, const at::Tensor& x, const EncoderInput& input,
                               Pass& pass) const;
  at::Tensor finish_layer(const Layer& layer, const at::Tensor& context, const at::Tensor& residual,
                          Pass& pass) const;

  EncoderConfig config_;
  Compute compute_;
  Weight words_;
  Weight position_table_;
  std::vector<Weight> type_tables_;  // token types, task types: those the model has
  NormWeights embedding_norm_;
  std::vector<LinearWeights> projection_;  // empty when E = H
  std::vector<Layer> layers_;
};

}  // namespace trainer::nn
