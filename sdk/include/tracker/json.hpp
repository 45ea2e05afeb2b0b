#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tracker/value.hpp>

namespace tracker {

// A dict as the text of a JSON object. NaN and infinities, which JSON lacks, become "NaN",
// "Infinity", "-Infinity"; NUL and bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Dict& dict);

// A JSON text as a value; nothing if it is not JSON or is nested deeper than 64 levels. Integers
// beyond 64 bits with sign become floating point.
std::optional<Value> value_from_json(std::string_view text);

}  // namespace tracker
