#pragma once

#include <filesystem>
#include <memory>

#include "data/tables/table_reader.hpp"

namespace trainer::data {

// JSON lines (one object a line, blank lines skipped), or one JSON array of objects: told apart by
// the first character. Texts are strings; a label is an integer, a number, a boolean, a string or a
// list of them. Memory: the longest object. Throws naming the line (the element of an array).
std::unique_ptr<TableReader> open_json(const std::filesystem::path& file, const Columns& columns,
                                       const Reading& reading, std::uint64_t first_position);

}  // namespace trainer::data
