#include "artifact/fastcdc.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <tracker/error.hpp>

#include "artifact/gear.hpp"

namespace tracker::artifact {
namespace {

constexpr int kNormalization = 2;
constexpr int kFirstMask = 6;
// Masks of 6 to 24 bits, spread as the paper advises.
constexpr std::array<std::uint64_t, 19> kMasks = {
    0x0000000001803110, 0x0000000018035100, 0x0000001800035300, 0x0000019000353000,
    0x0000590003530000, 0x0000d90003530000, 0x0000d90103530000, 0x0000d90303530000,
    0x0000d90313530000, 0x0000d90f03530000, 0x0000d90303537000, 0x0000d90703537000,
    0x0000d90707537000, 0x0000d91707537000, 0x0000d91747537000, 0x0000d91767537000,
    0x0000d93767537000, 0x0000d93777537000, 0x0000d93777577000};

std::uint64_t mask_of(int bits) { return kMasks[static_cast<std::size_t>(bits - kFirstMask)]; }

std::uint64_t gear(char byte) { return kGear[static_cast<unsigned char>(byte)]; }

struct Scan {
  std::size_t at;
  std::uint64_t hash;
};

// Goes on from `scan` to `end`, two bytes a turn. True when a cut was found: it is `scan.at`.
bool find_cut(std::string_view bytes, std::size_t end, std::uint64_t mask, Scan& scan) noexcept {
  std::size_t at = scan.at;
  std::uint64_t hash = scan.hash;
  for (; at < end; at += 2) {
    hash = (hash << 2) + (gear(bytes[at]) << 1);
    if ((hash & (mask << 1)) == 0) {
      scan.at = at;
      return true;
    }
    hash += gear(bytes[at + 1]);
    if ((hash & mask) == 0) {
      scan.at = at + 1;
      return true;
    }
  }
  scan = {at, hash};
  return false;
}

}  // namespace

FastCdc::FastCdc(ChunkSizes sizes) : sizes_(sizes) {
  const bool powers = std::has_single_bit(sizes.min) && std::has_single_bit(sizes.average) &&
                      std::has_single_bit(sizes.max);
  if (!powers || sizes.min < 2 || sizes.min >= sizes.average || sizes.average >= sizes.max ||
      sizes.average < 256 || sizes.average > (4u << 20))
    throw Error(ErrorCode::kInvalidArgument, "these sizes of chunks are not possible");
  const int bits = std::countr_zero(sizes.average);
  small_mask_ = mask_of(bits + kNormalization);
  large_mask_ = mask_of(bits - kNormalization);
}

std::size_t FastCdc::cut(std::string_view bytes) const noexcept {
  if (bytes.size() <= sizes_.min) return bytes.size();
  const std::size_t end = std::min(bytes.size(), sizes_.max);
  const std::size_t centre = std::min(end, sizes_.average);
  Scan scan{sizes_.min, 0};
  // Whole pairs only: an odd byte at the end is not looked at.
  if (find_cut(bytes, centre & ~std::size_t{1}, small_mask_, scan)) return scan.at;
  if (find_cut(bytes, end & ~std::size_t{1}, large_mask_, scan)) return scan.at;
  return end;
}

}  // namespace tracker::artifact
