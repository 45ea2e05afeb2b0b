#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// The plain way, for comparison: a row a point in an indexed table, written by COPY.
namespace tracker::bench {

struct PlainResult {
  double seconds = 0;
  std::uint64_t points = 0;
  double bytes_per_point = 0;  // table and index
};

// One connection, `rows_per_copy` rows a transaction, text format, until `duration` is over.
PlainResult run_row_per_point(const std::string& dsn, std::uint64_t rows_per_copy,
                              std::chrono::seconds duration);

}  // namespace tracker::bench
