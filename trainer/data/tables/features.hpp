#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace trainer::data {

// Class names of a column in the `features` that `datasets` writes ({"label": {"names": ["neg",
// "pos"], "_type": "ClassLabel"}}), also of a list of classes. Empty when the column is of another
// type or the JSON of another shape.
std::vector<std::string> class_names(const nlohmann::json& features, const std::string& column);

}  // namespace trainer::data
