#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/database.hpp"

namespace tracker::bench {

// A project "bench" of `runs` finished runs with 100 attributes each: 40 of the config (c1 … c40,
// every fourth a text of v0 … v9, the others uniform in [0, 1)), and for each of 12 metrics (m1 …
// m12) its summary, last, min, max and mean (last is uniform, min last − 0.5, max last + 0.5).
// One run of a hundred is deleted. Rows are written as SQL and the attributes as the job would have
// left them, since the job takes a run at a time; `check_attributes` lets it do some and compares.
void fill(storage::Database& database, std::size_t runs, std::int64_t now_us);

// Refreshes `runs` runs by the job; seconds it took. Throws if it changed anything.
double check_attributes(storage::Database& database, std::size_t runs, std::int64_t now_us);

}  // namespace tracker::bench
