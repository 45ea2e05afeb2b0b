#pragma once

#include <filesystem>
#include <memory>

#include "data/tables/table_reader.hpp"

namespace trainer::data {

// Comma-separated values as RFC 4180 has them, with what pandas (and so `datasets`) adds: a header
// line; fields in double quotes where they hold the delimiter, quotes (doubled) or line ends; lines
// end in \n, \r\n or \r; blank lines and a byte order mark are skipped. Another delimiter than the
// comma may be given (tab for .tsv). Rows must have as many fields as the header. Memory: the
// longest record. Throws naming the line.
std::unique_ptr<TableReader> open_csv(const std::filesystem::path& file, char delimiter,
                                      const Columns& columns, const Reading& reading,
                                      std::uint64_t first_position);

}  // namespace trainer::data
