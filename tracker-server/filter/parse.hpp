#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "filter/ast.hpp"

// Text to tree. Pure and bounded: no input makes these recurse deeper than kDeepest, or take more
// than time linear in the text. All throw QueryError.
namespace tracker::filter {

// `now_us` is what relative times are counted from. An empty text is a kAnd without children.
Node parse_filter(std::string_view text, std::int64_t now_us);

// An empty text is an empty list.
std::vector<SortKey> parse_sort(std::string_view text);

// A list of fields separated by commas, at most `most`; `part` is its name in errors.
std::vector<Field> parse_fields(std::string_view text, std::string_view part, std::size_t most);

}  // namespace tracker::filter
