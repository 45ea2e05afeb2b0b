#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "config/error.hpp"
#include "train/state.hpp"

namespace trainer::train {

// The end of a training whose loss or gradient (`what`) is NaN or infinite in the step after
// `state`: names the step, its rows (indices into the training data; the first 32) and the
// checkpoint to go back to.
Error not_finite(const std::string& what, const TrainerState& state,
                 std::span<const std::int64_t> rows, const std::string& last_good);

}  // namespace trainer::train
