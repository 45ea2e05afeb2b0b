#include "artifact/fastcdc.hpp"

#include <algorithm>
#include <bit>

#include <tracker/error.hpp>

#include "artifact/gear.hpp"

namespace tracker::artifact {
namespace {

constexpr int kNormalization = 2;

std::uint64_t upper_bits(int bits) { return ~std::uint64_t{0} << (64 - bits); }

struct Scan {
  std::size_t at;
  std::uint64_t hash;
};

// Goes on from `scan` to `end`. True when a chunk ends before `scan.at`.
bool find_cut(std::string_view bytes, std::size_t end, std::uint64_t mask, Scan& scan) noexcept {
  std::size_t at = scan.at;
  std::uint64_t hash = scan.hash;
  bool found = false;
  while (at < end && !found) {
    hash = (hash << 1) + kGear[static_cast<unsigned char>(bytes[at++])];
    found = (hash & mask) == 0;
  }
  scan = {at, hash};
  return found;
}

}  // namespace

FastCdc::FastCdc(ChunkSizes sizes) : sizes_(sizes) {
  const bool powers = std::has_single_bit(sizes.min) && std::has_single_bit(sizes.average) &&
                      std::has_single_bit(sizes.max);
  if (!powers || sizes.min >= sizes.average || sizes.average >= sizes.max || sizes.average < 8)
    throw Error(ErrorCode::kInvalidArgument, "these sizes of chunks are not possible");
  const int bits = std::countr_zero(sizes.average);
  small_mask_ = upper_bits(bits + kNormalization);
  large_mask_ = upper_bits(bits - kNormalization);
}

std::size_t FastCdc::cut(std::string_view bytes) const noexcept {
  if (bytes.size() <= sizes_.min) return bytes.size();
  const std::size_t end = std::min(bytes.size(), sizes_.max);
  Scan scan{sizes_.min, 0};
  if (find_cut(bytes, std::min(end, sizes_.average), small_mask_, scan)) return scan.at;
  if (find_cut(bytes, end, large_mask_, scan)) return scan.at;
  return end;
}

}  // namespace tracker::artifact
