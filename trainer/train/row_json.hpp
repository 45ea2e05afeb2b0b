#pragma once

#include <nlohmann/json_fwd.hpp>

#include "train/state.hpp"

namespace trainer::train {

// {"step":…,"train/loss":…}; NaN and infinities as the strings "NaN", "Infinity", "-Infinity", as
// the tracker exports them. Numbers keep every digit.
nlohmann::ordered_json to_json(const Row& row);
// The other way; values that are not numbers or those strings are left out.
Row row_from_json(const nlohmann::json& json);

}  // namespace trainer::train
