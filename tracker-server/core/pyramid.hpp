#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/series.hpp"

// Buckets over buckets: levels of 64, 1,024 and 32,768 points. Rows and rules: docs/storage.md,
// "Pyramid".
namespace tracker::core {

inline constexpr std::size_t kFanOut = 32;         // buckets of level 2 in one of level 3
inline constexpr std::size_t kBasePoints = 32;     // of the buckets that all levels are made of
inline constexpr std::size_t kFinestPoints = 64;   // in a bucket of level 1
inline constexpr std::size_t kChunkRows = 4096;    // points of a sealed chunk
inline constexpr std::size_t kBlockBuckets = 128;  // most buckets in one row of the pyramid
inline constexpr int kLevels = 3;

// Points in one bucket of a level; level 0 are the points themselves.
constexpr std::uint64_t bucket_points(int level) noexcept {
  std::uint64_t points = level == 0 ? 1 : kBasePoints;
  for (int i = 1; i < level; ++i) points *= kFanOut;
  return level == 1 ? kFinestPoints : points;
}

// Points under a whole row of a level: one chunk, 32, or 1,024.
constexpr std::uint64_t row_points(int level) noexcept {
  return level == 1 ? kChunkRows : bucket_points(level) * kBlockBuckets;
}

// The coarsest level that still gives `at_least` buckets for so many points, or half as many of
// level 1, below which there are only the points: level 0.
int level_for(std::uint64_t points, std::size_t at_least) noexcept;

// Level 1 and level 2 of a full chunk, from its buckets of kBasePoints points.
std::vector<Bucket> level1_of(std::span<const Bucket> base);
std::vector<Bucket> level2_of(std::span<const Bucket> base);

// What a row of the pyramid holds. `encode_values` takes everything but the edges and the count
// (each bucket of a level is full), `encode_edges` the first and last step and time. Level 1 keeps
// of a mean where it lies between min and max, to 16 bits: its sums come back within
// (max - min) * finite() / 131,070. Everything else comes back as it was.
std::string encode_values(std::span<const Bucket> buckets, int level);
std::string encode_edges(std::span<const Bucket> buckets);

// One row's bytes, the level it is of, and how many buckets it holds, as the row says.
struct PyramidRow {
  std::string_view bytes;
  std::size_t buckets = 0;
  int level = 1;

  // Before schema 4 level 1 had buckets of 32 points, and exact sums. They are read as pairs.
  bool of_pairs() const noexcept { return level == 1 && buckets == kChunkRows / kBasePoints; }
};

// Values again: edges are 0. Throws Error(kDataLoss), as all that decode.
std::vector<Bucket> decode_values(const PyramidRow& values);
// Edges again. The count is 1, so that they can be coarsened.
std::vector<Bucket> decode_edges(const PyramidRow& edges);

// A row as columns, for readers of many rows: only what a chart needs is decoded, into memory that
// is used again.
struct PyramidColumns {
  std::size_t buckets = 0;
  std::array<double, kBlockBuckets> min, max, sum, first, last;
  std::array<std::int64_t, kBlockBuckets> nonfinite;
};
void decode_columns(const PyramidRow& values, PyramidColumns& out);
// First and last step, or time, of each bucket; appended.
struct EdgeColumns {
  std::vector<std::int64_t> first, last;
};
void decode_edges(const PyramidRow& edges, Axis axis, EdgeColumns& out);

}  // namespace tracker::core
