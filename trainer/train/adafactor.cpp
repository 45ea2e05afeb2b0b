#include "train/adafactor.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/parallel.hpp"

namespace trainer::train {
namespace {

constexpr double kEps = 1e-30;
constexpr double kClipThreshold = 1.0;
constexpr double kDecayRate = -0.8;

std::int64_t grain(std::int64_t columns) {
  return std::max<std::int64_t>(1, nn::kElementGrain / std::max<std::int64_t>(1, columns));
}

// Parts that a checkpoint stores as one tensor, which only neighbours can be.
bool same_tensor(const nn::Parameter& a, const nn::Parameter& b) {
  const std::vector<std::int64_t>&left = a.spec.shape, &right = b.spec.shape;
  return !a.spec.stored_name.empty() && a.spec.stored_name == b.spec.stored_name &&
         left.size() == right.size() && left.size() <= 2 &&
         (left.size() < 2 || left.back() == right.back());
}

// Of one matrix. One sum per block, added in order: it does not depend on the number of threads.
double update_squares(const nn::cpu::AdafactorArgs& args, std::int64_t rows) {
  const std::int64_t block = grain(args.columns);
  std::vector<double> sums(static_cast<std::size_t>((rows + block - 1) / block));
  nn::parallel_rows(static_cast<std::int64_t>(sums.size()), 1, [&](nn::cpu::RowRange range) {
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      sums[static_cast<std::size_t>(i)] = nn::cpu::kernels().optimizers.adafactor_squares(
          args, {i * block, std::min((i + 1) * block, rows)});
    }
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

Adafactor::Adafactor(nn::ParameterSet& parameters, const OptimizerOptions& options,
                     std::vector<ParameterGroup> groups, const std::vector<Treatment>& treatments)
    : Optimizer(parameters, options, std::move(groups)) {
  const auto& all = parameters.parameters();
  std::int64_t rows = 0, columns = 0, longest_rows = 0, longest_columns = 0;
  for (std::size_t i = 0; i < all.size();) {
    Tensor tensor;
    tensor.place = {
        .begin = all[i].offset, .gradient = all[i].gradient, .treatment = treatments[i]};
    const std::vector<std::int64_t>& shape = all[i].spec.shape;
    std::size_t next = i;
    std::int64_t size = 0;
    for (; next < all.size() && (next == i || same_tensor(all[i], all[next])); ++next)
      size += all[next].size;
    tensor.place.end = tensor.place.begin + size;
    tensor.columns = shape.size() < 2 ? size : shape.back();
    tensor.rows = shape.size() < 2 ? 1 : shape.size() == 2 ? size / shape.back() : shape.end()[-2];
    tensor.count = size / (tensor.rows * tensor.columns);
    tensor.row_state = rows;
    tensor.column_state = columns;
    i = next;
    if (!tensor.place.treatment.trained) continue;
    rows += tensor.count * tensor.rows;
    columns += tensor.count * tensor.columns;
    longest_rows = std::max(longest_rows, tensor.count * tensor.rows);
    longest_columns = std::max(longest_columns, tensor.count * tensor.columns);
    tensors_.push_back(tensor);
  }
  rows_ = at::zeros({rows}, at::kFloat);
  columns_ = at::zeros({columns}, at::kFloat);
  row_factors_.resize(static_cast<std::size_t>(longest_rows));
  column_factors_.resize(static_cast<std::size_t>(longest_columns));
}

void Adafactor::update(double learning_rate, float gradient_scale) {
  for (const Tensor& tensor : tensors_) update_tensor(tensor, learning_rate, gradient_scale);
}

// Takes the step's squares into the means and makes the factors of the update from them.
void Adafactor::update_means(const Tensor& tensor, const float* gradient, float gradient_scale) {
  const double kept = 1.0 - std::pow(static_cast<double>(steps()), kDecayRate);
  const double scale = static_cast<double>(gradient_scale) * static_cast<double>(gradient_scale);
  const auto blend = [&](float old, float sum, std::int64_t over) {
    const double mean = static_cast<double>(sum) * scale / static_cast<double>(over) + kEps;
    return static_cast<float>(static_cast<double>(old) * kept + mean * (1.0 - kept));
  };
  const std::int64_t all_rows = tensor.count * tensor.rows;
  nn::parallel_rows(all_rows, grain(tensor.columns), [&](nn::cpu::RowRange range) {
    nn::cpu::kernels().optimizers.row_squares(gradient, tensor.columns, range, row_factors_.data());
  });
  for (std::int64_t k = 0; k < tensor.count; ++k) {
    const std::int64_t first_row = k * tensor.rows, first_column = k * tensor.columns;
    nn::parallel_rows(tensor.columns, 64, [&](nn::cpu::RowRange range) {
      nn::cpu::kernels().optimizers.column_squares(gradient + first_row * tensor.columns,
                                                   tensor.rows, tensor.columns, range,
                                                   column_factors_.data() + first_column);
    });
    float* rows = rows_.data_ptr<float>() + tensor.row_state + first_row;
    float* columns = columns_.data_ptr<float>() + tensor.column_state + first_column;
    double mean = 0;
    for (std::int64_t r = 0; r < tensor.rows; ++r) {
      rows[r] =
          blend(rows[r], row_factors_[static_cast<std::size_t>(first_row + r)], tensor.columns);
      mean += static_cast<double>(rows[r]) / static_cast<double>(tensor.rows);
    }
    for (std::int64_t r = 0; r < tensor.rows; ++r) {
      row_factors_[static_cast<std::size_t>(first_row + r)] =
          static_cast<float>(1.0 / std::sqrt(static_cast<double>(rows[r]) / mean));
    }
    for (std::int64_t c = 0; c < tensor.columns; ++c) {
      float& factor = column_factors_[static_cast<std::size_t>(first_column + c)];
      columns[c] = blend(columns[c], factor, tensor.rows);
      factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(columns[c])));
    }
  }
}

void Adafactor::update_tensor(const Tensor& tensor, double learning_rate, float gradient_scale) {
  nn::cpu::AdafactorArgs args{.to = target(tensor.place, learning_rate, gradient_scale),
                              .columns = tensor.columns};
  update_means(tensor, args.to.gradient, gradient_scale);
  const std::int64_t matrix = tensor.rows * tensor.columns;
  const auto of_matrix = [&](std::int64_t k) {
    nn::cpu::AdafactorArgs one = args;
    one.to.parameter += k * matrix;
    one.to.gradient += k * matrix;
    if (one.to.shadow) one.to.shadow += k * matrix;
    one.row_factor = row_factors_.data() + k * tensor.rows;
    one.column_factor = column_factors_.data() + k * tensor.columns;
    return one;
  };
  double squares = 0;
  for (std::int64_t k = 0; k < tensor.count; ++k)
    squares += update_squares(of_matrix(k), tensor.rows);
  const double rms = std::sqrt(squares / static_cast<double>(matrix * tensor.count));
  args.step = static_cast<float>(learning_rate * tensor.place.treatment.lr_scale /
                                 std::max(1.0, rms / kClipThreshold));
  for (std::int64_t k = 0; k < tensor.count; ++k) {
    const nn::cpu::AdafactorArgs one = of_matrix(k);
    nn::parallel_rows(tensor.rows, grain(tensor.columns), [&](nn::cpu::RowRange range) {
      nn::cpu::kernels().optimizers.adafactor(one, range);
    });
  }
}

}  // namespace trainer::train
