#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The plain way, for comparison: a row a point in an indexed table, buckets by SQL.
namespace tracker::bench {

// Makes the table with one series of `points`; milliseconds of each of `repeats` reads of 1,000
// buckets (min, max, mean, count) over all of it.
std::vector<double> read_plain_rows(const std::string& dsn, std::int64_t points, int repeats);

}  // namespace tracker::bench
