#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Columns of a chunk as bytes and back, bit for bit. Adaptive: the smallest of a few
// representations wins. Bytes: docs/storage.md, "Column codec". Any thread; compression contexts
// are kept per thread.
namespace tracker::core {

std::string encode_doubles(std::span<const double> values);
std::string encode_integers(std::span<const std::int64_t> values);

// The inverse, for bytes nobody vouches for. `count` comes from the row beside them and bounds
// every allocation. Throws Error(kDataLoss) for anything that encode_… cannot have written for
// `count` values.
std::vector<double> decode_doubles(std::string_view bytes, std::size_t count);
std::vector<std::int64_t> decode_integers(std::string_view bytes, std::size_t count);

// Into memory that is there already: as many values as `out` has.
void decode_doubles(std::string_view bytes, std::span<double> out);
void decode_integers(std::string_view bytes, std::span<std::int64_t> out);

}  // namespace tracker::core
