#include "core/pyramid.hpp"

#include <array>

#include <tracker/error.hpp>

#include "core/codec.hpp"
#include "core/columns.hpp"

namespace tracker::core {
namespace {

using DoubleField = double Bucket::*;
using IntegerField = std::int64_t Bucket::*;
constexpr std::array<DoubleField, 5> kValues{&Bucket::min, &Bucket::max, &Bucket::sum,
                                             &Bucket::first, &Bucket::last};
constexpr std::array<IntegerField, 4> kEdges{&Bucket::step_first, &Bucket::step_last,
                                             &Bucket::time_first_us, &Bucket::time_last_us};

constexpr const char* kRow = "stored pyramid row";

void check(const PyramidRow& row) {
  if (row.buckets > kBlockBuckets)
    throw Error(ErrorCode::kDataLoss, "stored pyramid row is damaged: it claims " +
                                          std::to_string(row.buckets) + " buckets");
}

}  // namespace

int level_for(std::uint64_t points, std::size_t at_least) noexcept {
  int level = 0;
  while (level < kLevels && points / bucket_points(level + 1) >= at_least) ++level;
  return level;
}

std::string encode_values(std::span<const Bucket> buckets) {
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

std::vector<Bucket> decode_values(const PyramidRow& values, int level) {
  check(values);
  std::vector<Bucket> buckets(values.buckets);
  std::string_view bytes = values.bytes;
  for (const DoubleField field : kValues) {
    const std::vector<double> column = decode_doubles(take_column(bytes, kRow), buckets.size());
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i].*field = column[i];
  }
  const std::vector<std::int64_t> nonfinite =
      decode_integers(take_column(bytes, kRow), buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i].count = bucket_points(level);
    buckets[i].nonfinite = static_cast<std::uint64_t>(nonfinite[i]);
    if (buckets[i].nonfinite > buckets[i].count)
      throw Error(ErrorCode::kDataLoss,
                  "stored pyramid row is damaged: more non-finite values than values");
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
  return buckets;
}

void decode_columns(const PyramidRow& values, int level, PyramidColumns& out) {
  check(values);
  out.buckets = values.buckets;
  std::string_view bytes = values.bytes;
  for (auto* column : {&out.min, &out.max, &out.sum, &out.first, &out.last})
    decode_doubles(take_column(bytes, kRow), std::span(*column).first(values.buckets));
  decode_integers(take_column(bytes, kRow), std::span(out.nonfinite).first(values.buckets));
  for (std::size_t i = 0; i < values.buckets; ++i)
    if (static_cast<std::uint64_t>(out.nonfinite[i]) > bucket_points(level))
      throw Error(ErrorCode::kDataLoss,
                  "stored pyramid row is damaged: more non-finite values than values");
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
}

}  // namespace tracker::core
