#include "core/pyramid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <tracker/error.hpp>

#include "core/buckets.hpp"
#include "core/codec.hpp"
#include "core/columns.hpp"

namespace tracker::core {
namespace {

using DoubleField = double Bucket::*;
using IntegerField = std::int64_t Bucket::*;
constexpr std::array<DoubleField, 5> kValues{&Bucket::min, &Bucket::max, &Bucket::sum,
                                             &Bucket::first, &Bucket::last};
constexpr std::array<DoubleField, 4> kExact{&Bucket::min, &Bucket::max, &Bucket::first,
                                            &Bucket::last};
constexpr std::array<IntegerField, 4> kEdges{&Bucket::step_first, &Bucket::step_last,
                                             &Bucket::time_first_us, &Bucket::time_last_us};

constexpr const char* kRow = "stored pyramid row";
constexpr std::size_t kFinestBuckets = kChunkRows / kFinestPoints;
constexpr double kWhole = 65'535;  // of the range from min to max

[[noreturn]] void damaged_row(const std::string& what) {
  throw Error(ErrorCode::kDataLoss, "stored pyramid row is damaged: " + what);
}

void check(const PyramidRow& row) {
  const bool known = row.level == 1 ? row.buckets == kFinestBuckets || row.of_pairs()
                                    : row.buckets <= kBlockBuckets;
  if (!known) damaged_row("it claims " + std::to_string(row.buckets) + " buckets");
}

void check_nonfinite(std::uint64_t nonfinite, std::uint64_t points) {
  if (nonfinite > points) damaged_row("more non-finite values than values");
}

bool is_dense(const PyramidRow& row) noexcept { return row.level == 1 && !row.of_pairs(); }

// Halves, so that the difference of any two finite values is finite.
std::int64_t fraction_of(const Bucket& bucket) noexcept {
  const double range = bucket.max / 2 - bucket.min / 2;
  if (bucket.finite() == 0 || !(range > 0)) return 0;
  const double at = (bucket.mean() / 2 - bucket.min / 2) / range;
  return static_cast<std::int64_t>(std::lround(std::clamp(at, 0.0, 1.0) * kWhole));
}

double sum_of(double min, double max, std::uint64_t fraction, std::uint64_t finite) noexcept {
  if (finite == 0) return 0;
  const double at = static_cast<double>(fraction) / kWhole;
  const double mean = min == max ? min : min * (1 - at) + max * at;
  return mean * static_cast<double>(finite);
}

// A row of level 1: min, max, first and last of all buckets as one column of values that lie near
// one another, then the places of the means, with the count of non-finite values above them.
std::string encode_dense(std::span<const Bucket> buckets) {
  std::vector<double> exact;
  exact.reserve(kExact.size() * buckets.size());
  for (const DoubleField field : kExact)
    for (const Bucket& bucket : buckets) exact.push_back(bucket.*field);
  std::vector<std::int64_t> means;
  means.reserve(buckets.size());
  for (const Bucket& bucket : buckets)
    means.push_back(fraction_of(bucket) | static_cast<std::int64_t>(bucket.nonfinite << 16));
  std::string out;
  put_column(out, encode_doubles(exact));
  put_column(out, encode_integers(means));
  return out;
}

void decode_dense(const PyramidRow& row, PyramidColumns& out) {
  std::array<double, kExact.size() * kFinestBuckets> exact;
  std::array<std::int64_t, kFinestBuckets> means;
  std::string_view bytes = row.bytes;
  decode_doubles(take_column(bytes, kRow), exact);
  decode_integers(take_column(bytes, kRow), means);
  const double* from = exact.data();
  for (auto* column : {&out.min, &out.max, &out.first, &out.last}) {
    std::copy_n(from, kFinestBuckets, column->begin());
    from += kFinestBuckets;
  }
  for (std::size_t i = 0; i < kFinestBuckets; ++i) {
    const auto mean = static_cast<std::uint64_t>(means[i]);
    check_nonfinite(mean >> 16, kFinestPoints);
    out.nonfinite[i] = static_cast<std::int64_t>(mean >> 16);
    out.sum[i] = sum_of(out.min[i], out.max[i], mean & 0xFFFF, kFinestPoints - (mean >> 16));
  }
}

std::vector<Bucket> decode_plain(const PyramidRow& row, std::uint64_t points) {
  std::vector<Bucket> buckets(row.buckets);
  std::string_view bytes = row.bytes;
  for (const DoubleField field : kValues) {
    const std::vector<double> column = decode_doubles(take_column(bytes, kRow), buckets.size());
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i].*field = column[i];
  }
  const std::vector<std::int64_t> nonfinite =
      decode_integers(take_column(bytes, kRow), buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i].count = points;
    buckets[i].nonfinite = static_cast<std::uint64_t>(nonfinite[i]);
    check_nonfinite(buckets[i].nonfinite, points);
  }
  return buckets;
}

}  // namespace

int level_for(std::uint64_t points, std::size_t at_least) noexcept {
  if (points / (kFinestPoints / 2) < at_least) return 0;
  int level = 1;
  while (level < kLevels && points / bucket_points(level + 1) >= at_least) ++level;
  return level;
}

std::vector<Bucket> level1_of(std::span<const Bucket> base) {
  return coarsen(base, kFinestPoints / kBasePoints);
}
std::vector<Bucket> level2_of(std::span<const Bucket> base) { return coarsen(base, kFanOut); }

std::string encode_values(std::span<const Bucket> buckets, int level) {
  if (level == 1) return encode_dense(buckets);
  std::string out;
  std::vector<double> column(buckets.size());
  for (const DoubleField field : kValues) {
    for (std::size_t i = 0; i < buckets.size(); ++i) column[i] = buckets[i].*field;
    put_column(out, encode_doubles(column));
  }
  std::vector<std::int64_t> nonfinite(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i)
    nonfinite[i] = static_cast<std::int64_t>(buckets[i].nonfinite);
  put_column(out, encode_integers(nonfinite));
  return out;
}

std::string encode_edges(std::span<const Bucket> buckets) {
  std::string out;
  std::vector<std::int64_t> column(buckets.size());
  for (const IntegerField field : kEdges) {
    for (std::size_t i = 0; i < buckets.size(); ++i) column[i] = buckets[i].*field;
    put_column(out, encode_integers(column));
  }
  return out;
}

std::vector<Bucket> decode_values(const PyramidRow& values) {
  check(values);
  if (values.of_pairs())
    return coarsen(decode_plain(values, kBasePoints), kFinestPoints / kBasePoints);
  if (!is_dense(values)) return decode_plain(values, bucket_points(values.level));
  PyramidColumns columns;
  decode_dense(values, columns);
  std::vector<Bucket> buckets(kFinestBuckets);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i].min = columns.min[i];
    buckets[i].max = columns.max[i];
    buckets[i].sum = columns.sum[i];
    buckets[i].first = columns.first[i];
    buckets[i].last = columns.last[i];
    buckets[i].count = kFinestPoints;
    buckets[i].nonfinite = static_cast<std::uint64_t>(columns.nonfinite[i]);
  }
  return buckets;
}

std::vector<Bucket> decode_edges(const PyramidRow& edges) {
  check(edges);
  std::vector<Bucket> buckets(edges.buckets);
  std::string_view bytes = edges.bytes;
  for (const IntegerField field : kEdges) {
    const std::vector<std::int64_t> column =
        decode_integers(take_column(bytes, kRow), buckets.size());
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i].*field = column[i];
  }
  for (Bucket& bucket : buckets) bucket.count = 1;
  if (edges.of_pairs()) buckets = coarsen(buckets, kFinestPoints / kBasePoints);
  for (Bucket& bucket : buckets) bucket.count = 1;
  return buckets;
}

void decode_columns(const PyramidRow& values, PyramidColumns& out) {
  check(values);
  out.buckets = values.of_pairs() ? kFinestBuckets : values.buckets;
  if (is_dense(values)) return decode_dense(values, out);
  if (values.of_pairs()) {
    const std::vector<Bucket> buckets = decode_values(values);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      out.min[i] = buckets[i].min;
      out.max[i] = buckets[i].max;
      out.sum[i] = buckets[i].sum;
      out.first[i] = buckets[i].first;
      out.last[i] = buckets[i].last;
      out.nonfinite[i] = static_cast<std::int64_t>(buckets[i].nonfinite);
    }
    return;
  }
  std::string_view bytes = values.bytes;
  for (auto* column : {&out.min, &out.max, &out.sum, &out.first, &out.last})
    decode_doubles(take_column(bytes, kRow), std::span(*column).first(values.buckets));
  decode_integers(take_column(bytes, kRow), std::span(out.nonfinite).first(values.buckets));
  for (std::size_t i = 0; i < values.buckets; ++i)
    check_nonfinite(static_cast<std::uint64_t>(out.nonfinite[i]), bucket_points(values.level));
}

void decode_edges(const PyramidRow& edges, Axis axis, EdgeColumns& out) {
  check(edges);
  std::string_view bytes = edges.bytes;
  if (axis == Axis::kTime)
    for (int i = 0; i < 2; ++i) take_column(bytes, kRow);
  const std::size_t before = out.first.size();
  for (auto* column : {&out.first, &out.last}) {
    column->resize(before + edges.buckets);
    decode_integers(take_column(bytes, kRow), std::span(*column).subspan(before));
  }
  if (!edges.of_pairs()) return;
  for (std::size_t i = 0; i < kFinestBuckets; ++i) {
    out.first[before + i] = out.first[before + 2 * i];
    out.last[before + i] = out.last[before + 2 * i + 1];
  }
  for (auto* column : {&out.first, &out.last}) column->resize(before + kFinestBuckets);
}

}  // namespace tracker::core
