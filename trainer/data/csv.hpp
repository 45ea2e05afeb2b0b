#pragma once

#include <string>
#include <string_view>

#include "data/raw_table.hpp"

namespace trainer::data {

// Comma-separated values as RFC 4180 has them: a header line, fields in double quotes where they
// hold commas, quotes (doubled) or line ends; \n, \r\n; a byte order mark is skipped. `file` is for
// messages. Throws naming the line.
RawTable read_csv(std::string_view content, const std::string& file, const Columns& columns);

}  // namespace trainer::data
