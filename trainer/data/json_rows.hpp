#pragma once

#include <string>

#include "data/raw_table.hpp"

namespace trainer::data {

// JSON lines (one object a line, empty lines skipped), or one JSON array of objects: told apart by
// the first character. A label is an integer or a string. `file` is for messages; in an array
// "line" counts elements. Throws naming the line.
RawTable read_json_rows(std::string content, const std::string& file, const Columns& columns);

}  // namespace trainer::data
