// Stored columns and pyramid rows that nobody vouches for. The first byte chooses:
//   0 to 3: the rest is the bytes, and the second byte how many values the row beside them claims;
//   4 to 7: the rest is values, which are encoded; then the byte that the second one names is
//           altered, so that the decoders behind the first checks see much as well.
// Decoding may refuse with an Error and nothing else; what decodes must encode and decode to the
// same bits again.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "core/codec.hpp"
#include "core/pyramid.hpp"

namespace {

using namespace tracker::core;

void require(bool holds) {
  if (!holds) std::abort();
}

// Bits, not values: NaN differs from itself.
template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), 8 * a.size()) == 0);
}

void again(const std::vector<double>& values) {
  require(same(decode_doubles(encode_doubles(values), values.size()), values));
}
void again(const std::vector<std::int64_t>& values) {
  require(same(decode_integers(encode_integers(values), values.size()), values));
}

template <typename T>
std::vector<T> values_of(std::string_view bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

// 64 and 128 buckets are rows of level 1, of both forms that there are; others are of level 2.
int level_of(std::size_t buckets) { return buckets == 64 || buckets == 128 ? 1 : 2; }

void pyramid(std::string_view bytes, std::size_t buckets) {
  const PyramidRow row{bytes, buckets, level_of(buckets)};
  const auto values = decode_values(row);
  PyramidColumns columns;
  decode_columns(row, columns);
  require(values.size() == columns.buckets);
  for (std::size_t i = 0; i < values.size(); ++i)
    require(std::bit_cast<std::uint64_t>(columns.min[i]) ==
            std::bit_cast<std::uint64_t>(values[i].min));
}

void edges(std::string_view bytes, std::size_t buckets) {
  const PyramidRow row{bytes, buckets, level_of(buckets)};
  EdgeColumns columns;
  decode_edges(row, Axis::kTime, columns);
  require(columns.first.size() == decode_edges(row).size());
}

void alter(std::string& bytes, std::uint8_t place, std::uint8_t by) {
  if (bytes.empty()) return;
  char& byte = bytes[place * (bytes.size() - 1) / 255];
  byte = static_cast<char>(byte ^ by);
}

// Whatever the values say, as far as a row of the pyramid has room.
std::vector<Bucket> buckets_of(std::string_view bytes) {
  std::vector<Bucket> out;
  const auto values = values_of<double>(bytes);
  for (std::size_t i = 0; i < values.size() && i < kBlockBuckets; ++i) {
    Bucket bucket;
    bucket.min = bucket.first = bucket.last = bucket.sum = values[i];
    bucket.max = values[values.size() - 1 - i];
    bucket.step_first = static_cast<std::int64_t>(i);
    bucket.step_last = std::bit_cast<std::int64_t>(values[i]);
    bucket.count = kFinestPoints;
    bucket.nonfinite = i % bucket.count;
    out.push_back(bucket);
  }
  return out;
}

void read(std::uint8_t kind, std::string_view bytes, std::size_t count) {
  switch (kind) {
    case 0:
      return again(decode_doubles(bytes, count));
    case 1:
      return again(decode_integers(bytes, count));
    case 2:
      return pyramid(bytes, count);
    default:
      return edges(bytes, count);
  }
}

void write_alter_read(std::uint8_t choice, std::uint8_t place, std::string_view bytes) {
  const auto kind = static_cast<std::uint8_t>(choice % 4);
  const auto doubles = values_of<double>(bytes);
  const auto integers = values_of<std::int64_t>(bytes);
  const auto buckets = buckets_of(bytes);
  std::string encoded;
  std::size_t count = doubles.size();
  if (kind == 0) {
    encoded = encode_doubles(doubles);
  } else if (kind == 1) {
    encoded = encode_integers(integers);
  } else {
    encoded = kind == 2 ? encode_values(buckets, level_of(buckets.size())) : encode_edges(buckets);
    count = buckets.size();
  }
  read(kind, encoded, count);
  alter(encoded, place, static_cast<std::uint8_t>(choice >> 3));
  read(kind, encoded, count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  try {
    if (data[0] % 8 < 4)
      read(data[0] % 8, bytes, data[1]);
    else
      write_alter_read(data[0], data[1], bytes);
  } catch (const tracker::Error&) {
    return 0;
  }
  return 0;
}
