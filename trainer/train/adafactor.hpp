#pragma once

#include <vector>

#include "train/optimizer.hpp"

namespace trainer::train {

// Adafactor (Shazeer and Stern, 2018) as transformers.Adafactor has it with the Trainer's settings:
// external learning rate, no first moment, decay rate -0.8, updates clipped to an RMS of 1. Second
// moments of a matrix are kept as means over its rows and its columns; a vector is a matrix of one
// row, for which that is exact. Parts of one stored tensor (query, key and value, say) are treated
// as the one matrix they are in the checkpoint. State: all rows' means, all columns' means.
class Adafactor : public Optimizer {
 public:
  Adafactor(nn::ParameterSet& parameters, const OptimizerOptions& options,
            std::vector<ParameterGroup> groups, const std::vector<Treatment>& treatments);
  std::vector<Buffer> state() override { return {{"rows", rows_}, {"columns", columns_}}; }

 protected:
  void update(double learning_rate, float gradient_scale) override;

 private:
  // `count` matrices of equal size, one after the other: the last two axes of a parameter.
  struct Tensor {
    ParameterGroup place;
    std::int64_t count = 1, rows = 1, columns = 1;
    std::int64_t row_state = 0, column_state = 0;  // where its means begin
  };

  void update_tensor(const Tensor& tensor, double learning_rate, float gradient_scale);
  void update_means(const Tensor& tensor, const float* gradient, float gradient_scale);

  std::vector<Tensor> tensors_;
  at::Tensor rows_, columns_;
  std::vector<float> row_factors_, column_factors_;  // of the tensor at hand
};

}  // namespace trainer::train
