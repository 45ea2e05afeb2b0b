#pragma once

#include <filesystem>

#include "data/raw_table.hpp"

namespace trainer::data {

// Rows of a Parquet file: texts are string columns, labels integers or strings. Class names come
// from the "huggingface" metadata that `datasets` writes, when it is there. In messages "line"
// counts rows. The only file that sees Arrow.
RawTable read_parquet(const std::filesystem::path& file, const Columns& columns);

}  // namespace trainer::data
