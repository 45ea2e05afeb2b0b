#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/run_query.hpp"

// Where a page of a run query ended, as text that people hand back. Pure.
namespace tracker::query {

struct RunCursor {
  std::uint64_t query = 0;   // fingerprint of project, filter and sort
  std::int64_t now_us = 0;   // of the first page
  storage::RunPosition end;  // of the page
};

std::uint64_t fingerprint(std::string_view project, std::string_view filter, std::string_view sort);

std::string format_cursor(const RunCursor& cursor);
// Throws Error(kInvalidArgument) for what format_cursor did not write.
RunCursor parse_cursor(std::string_view text);

}  // namespace tracker::query
