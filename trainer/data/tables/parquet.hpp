#pragma once

#include <filesystem>
#include <memory>

#include "data/tables/table_reader.hpp"

namespace trainer::data {

// Rows of a Parquet file, one row group after the other, a batch at a time. Texts are string
// columns; labels are integers, booleans, floats, strings, or lists of them. In messages "row"
// counts from 1. What Arrow needs for a batch is bounded by the file's size: more is an error. Only
// the parquet*.cpp files see Arrow.
std::unique_ptr<TableReader> open_parquet(const std::filesystem::path& file, const Columns& columns,
                                          const Reading& reading, std::uint64_t first_position);

// Class names of a column from the "huggingface" metadata that `datasets` writes; empty when there
// are none.
std::vector<std::string> parquet_class_names(const std::filesystem::path& file,
                                             const std::string& column);

}  // namespace trainer::data
