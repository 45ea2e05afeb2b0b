// Compiled once per instruction set: makes that set's table.
#include "nn/kernels/cpu/norm_kernels.hpp"
#include "nn/kernels/cpu/optimizer_kernels.hpp"
#include "nn/kernels/cpu/rotary_kernels.hpp"
#include "nn/kernels/cpu/softmax_kernels.hpp"

#define TRAINER_TEXT_(x) #x
#define TRAINER_TEXT(x) TRAINER_TEXT_(x)

namespace trainer::nn::cpu::TRAINER_ISA {

template <class T>
constexpr RowKernels<T> row_kernels() {
  return {.dropout = dropout<T>,
          .add_norm = add_norm<T>,
          .add_norm_backward = add_norm_backward<T>,
          .add_rms_norm = add_rms_norm<T>,
          .add_rms_norm_backward = add_rms_norm_backward<T>,
          .rotary = rotary<T>,
          .softmax = softmax<T>,
          .softmax_backward = softmax_backward<T>,
          .row_dot = row_dot<T>,
          .column_sum = column_sum<T>};
}

extern const Kernels kTable;
const Kernels kTable = {.name = TRAINER_TEXT(TRAINER_ISA),
                        .f32 = row_kernels<float>(),
                        .bf16 = row_kernels<Bf16>(),
                        .adamw = adamw,
                        .optimizers = {.sgd = sgd,
                                       .lion = lion,
                                       .row_squares = row_squares,
                                       .column_squares = column_squares,
                                       .adafactor_squares = adafactor_squares,
                                       .adafactor = adafactor},
                        .sum_of_squares = sum_of_squares,
                        .to_bf16 = to_bf16,
                        .prepare_scores = prepare_scores};

}  // namespace trainer::nn::cpu::TRAINER_ISA
