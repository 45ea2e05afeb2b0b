#include "core/buckets.hpp"

#include <algorithm>
#include <cmath>

namespace tracker::core {

void add(Bucket& bucket, std::int64_t step, std::int64_t time_us, double value) noexcept {
  if (bucket.count == 0) {
    bucket.step_first = step;
    bucket.time_first_us = time_us;
  }
  bucket.step_last = step;
  bucket.time_last_us = time_us;
  ++bucket.count;
  if (!std::isfinite(value)) {
    ++bucket.nonfinite;
    return;
  }
  if (bucket.finite() == 1) {
    bucket.min = bucket.max = bucket.first = value;
  } else {
    bucket.min = std::min(bucket.min, value);
    bucket.max = std::max(bucket.max, value);
  }
  bucket.last = value;
  bucket.sum += value;
}

void append(Bucket& bucket, const Bucket& next) noexcept {
  if (next.count == 0) return;
  if (bucket.count == 0) {
    bucket = next;
    return;
  }
  bucket.step_last = next.step_last;
  bucket.time_last_us = next.time_last_us;
  if (next.finite() > 0) {
    if (bucket.finite() == 0) {
      bucket.min = next.min;
      bucket.max = next.max;
      bucket.first = next.first;
    } else {
      bucket.min = std::min(bucket.min, next.min);
      bucket.max = std::max(bucket.max, next.max);
    }
    bucket.last = next.last;
    bucket.sum += next.sum;
  }
  bucket.count += next.count;
  bucket.nonfinite += next.nonfinite;
}

std::vector<Bucket> bucketize(const Points& points, std::size_t size) {
  std::vector<Bucket> out;
  out.reserve(points.size() / size + 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i % size == 0) out.emplace_back();
    add(out.back(), points.steps.empty() ? 0 : points.steps[i], points.times_us[i],
        points.values[i]);
  }
  return out;
}

std::vector<Bucket> coarsen(std::span<const Bucket> buckets, std::size_t size) {
  std::vector<Bucket> out;
  out.reserve(buckets.size() / size + 1);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (i % size == 0) out.emplace_back();
    append(out.back(), buckets[i]);
  }
  return out;
}

}  // namespace tracker::core
