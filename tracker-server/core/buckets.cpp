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

std::vector<Bucket> to_width(std::span<const Bucket> buckets, const Range& range,
                             std::size_t width) {
  if (buckets.size() <= width) return {buckets.begin(), buckets.end()};
  const auto x_of = [&](const Bucket& b) {
    return range.axis == Axis::kStep ? b.step_first : b.time_first_us;
  };
  const auto low = static_cast<double>(std::max(range.from, x_of(buckets.front())));
  const Bucket& end = buckets.back();
  const auto high = static_cast<double>(
      std::min(range.to, range.axis == Axis::kStep ? end.step_last : end.time_last_us));
  const double extent = std::max(1.0, high - low);
  std::vector<Bucket> out;
  std::size_t cell = width;  // none yet
  for (const Bucket& bucket : buckets) {
    const double share = (static_cast<double>(x_of(bucket)) - low) / extent;
    const auto at = std::min(
        width - 1, static_cast<std::size_t>(std::max(0.0, share) * static_cast<double>(width)));
    if (at != cell) {
      out.emplace_back();
      cell = at;
    }
    append(out.back(), bucket);
  }
  return out;
}

}  // namespace tracker::core
