#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/series.hpp"

// Buckets over buckets: levels of 32, 1,024 and 32,768 points. Rows and rules: docs/storage.md,
// "Pyramid".
namespace tracker::core {

inline constexpr std::size_t kFanOut = 32;
inline constexpr std::size_t kChunkRows = 4096;    // points of a sealed chunk
inline constexpr std::size_t kBlockBuckets = 128;  // buckets in one row of the pyramid
inline constexpr int kLevels = 3;

// Points in one bucket of a level; level 0 are the points themselves.
constexpr std::uint64_t bucket_points(int level) noexcept {
  std::uint64_t points = 1;
  for (int i = 0; i < level; ++i) points *= kFanOut;
  return points;
}

// The coarsest level that still gives `at_least` buckets for so many points; 0 when only the points
// do.
int level_for(std::uint64_t points, std::size_t at_least) noexcept;

// What a row of the pyramid holds. `encode_values` takes everything but the edges and the count
// (each bucket of a level is full), `encode_edges` the first and last step and time.
std::string encode_values(std::span<const Bucket> buckets);
std::string encode_edges(std::span<const Bucket> buckets);

// One row's bytes and how many buckets it holds, as the row says.
struct PyramidRow {
  std::string_view bytes;
  std::size_t buckets = 0;
};

// Values again: edges are 0. Throws Error(kDataLoss), as all that decode.
std::vector<Bucket> decode_values(const PyramidRow& values, int level);
// Edges again. The count is 1, so that they can be coarsened.
std::vector<Bucket> decode_edges(const PyramidRow& edges);

// A row as columns, for readers of many rows: only what a chart needs is decoded, into memory that
// is used again.
struct PyramidColumns {
  std::size_t buckets = 0;
  std::array<double, kBlockBuckets> min, max, sum, first, last;
  std::array<std::int64_t, kBlockBuckets> nonfinite;
};
void decode_columns(const PyramidRow& values, int level, PyramidColumns& out);
// First and last step, or time, of each bucket; appended.
struct EdgeColumns {
  std::vector<std::int64_t> first, last;
};
void decode_edges(const PyramidRow& edges, Axis axis, EdgeColumns& out);

}  // namespace tracker::core
