#pragma once

#include "nn/kernels/cpu/kernels.hpp"

// One element of each optimizer in double precision, as its paper or its first implementation
// writes it: what the vector kernels must come close to.
namespace trainer::nn::cpu {

struct Element {
  double parameter = 0;
  double gradient = 0;  // already scaled
  double m = 0;         // first moment, momentum buffer
  double v = 0;         // second moment
};

Element adamw_reference(const AdamWArgs& args, Element element);
Element sgd_reference(const SgdArgs& args, Element element);
Element lion_reference(const LionArgs& args, Element element);

}  // namespace trainer::nn::cpu
