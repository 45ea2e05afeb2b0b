#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/series.hpp"

// Bucket arithmetic: exact whatever the order of combination, except that `sum` is a floating-point
// sum.
namespace tracker::core {

// Adds one point behind those the bucket holds. A bucket with count 0 is empty.
void add(Bucket& bucket, std::int64_t step, std::int64_t time_us, double value) noexcept;

// Adds a bucket whose points lie behind those of `bucket`.
void append(Bucket& bucket, const Bucket& next) noexcept;

// Points cut into consecutive buckets of `size` points, the last one smaller. `steps` may be empty.
std::vector<Bucket> bucketize(const Points& points, std::size_t size);

// Consecutive buckets taken together, `size` at a time.
std::vector<Bucket> coarsen(std::span<const Bucket> buckets, std::size_t size);

}  // namespace tracker::core
