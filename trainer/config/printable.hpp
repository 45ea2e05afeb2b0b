#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trainer::config {

// Text from a file or a server, fit for a one-line message on a terminal: control characters (C0,
// DEL, and C1, which some terminals obey) and bytes that are not UTF-8 become '?'; what is longer
// than `longest` bytes is cut between two characters.
std::string printable(std::string_view text, std::size_t longest = 200);

}  // namespace trainer::config
