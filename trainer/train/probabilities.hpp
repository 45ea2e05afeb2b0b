#pragma once

#include <span>
#include <vector>

// What logits say, in double precision and without overflow: for metrics and predictions. (The
// loss that is trained on is nn::cross_entropy_sum's.) A row is not empty; a NaN in it makes all of
// its values NaN.
namespace trainer::train {

// softmax of one row of logits.
std::vector<double> probabilities(std::span<const float> logits);
// -log softmax of one row of logits: what each class would cost as the label.
std::vector<double> cross_entropies(std::span<const float> logits);

double sigmoid(double logit);
// Binary cross entropy of one logit; `target` from 0 to 1.
double binary_cross_entropy(double logit, double target);

}  // namespace trainer::train
