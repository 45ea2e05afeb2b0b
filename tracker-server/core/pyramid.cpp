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

std::vector<Bucket> decode_buckets(const PyramidRow& values, const PyramidRow& edges, int level) {
  if (values.buckets != edges.buckets)
    throw Error(ErrorCode::kDataLoss,
                "stored pyramid row is damaged: values and edges differ in number");
  std::vector<Bucket> buckets = decode_values(values, level);
  const std::vector<Bucket> sides = decode_edges(edges);
  for (std::size_t i = 0; i < buckets.size(); ++i)
    for (const IntegerField field : kEdges) buckets[i].*field = sides[i].*field;
  return buckets;
}

}  // namespace tracker::core
