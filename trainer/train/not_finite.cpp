#include "train/not_finite.hpp"

#include <algorithm>
#include <cstddef>

namespace trainer::train {

Error not_finite(const std::string& what, const TrainerState& state,
                 std::span<const std::int64_t> rows, const std::string& last_good) {
  constexpr std::size_t kNamed = 32;
  std::string ids;
  for (std::size_t i = 0; i < std::min(rows.size(), kNamed); ++i)
    ids += (i == 0 ? "" : ", ") + std::to_string(rows[i]);
  if (rows.size() > kNamed) ids += ", … (" + std::to_string(rows.size()) + " in all)";
  return Error(ErrorCode::kInvalidInput,
               "the " + what + " of step " + std::to_string(state.global_step + 1) +
                   " is not a finite number; its training rows (from 0): " + ids + "; " +
                   last_good +
                   "; lower --learning-rate, add --warmup-ratio, or use --dtype float32");
}

}  // namespace trainer::train
