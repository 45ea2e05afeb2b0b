#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// FastCDC: cuts bytes into chunks where their content says so, so that what is inserted or removed
// moves only the cuts beside it.
//
// Source: W. Xia et al., "The Design of Fast Content-Defined Chunking for Data Deduplication Based
// Storage Systems", IEEE TPDS 31(9), 2020: gear hash, no cuts below the smallest size, normalized
// chunking of level 2 (a harder mask below the average size, an easier one above), two bytes a turn.
// The cuts are those of the Rust crate `fastcdc` (module v2020, Normalization::Level2), whose table
// and masks these are; tests/sdk/artifact/fastcdc_reference.py computes them independently.
namespace tracker::artifact {

struct ChunkSizes {
  std::size_t min, average, max;  // bytes; powers of two, min < average < max
};
// Of artifacts (docs/artifacts.md).
inline constexpr ChunkSizes kChunkSizes{256 << 10, 1 << 20, 4 << 20};

class FastCdc {
 public:
  // Throws Error(kInvalidArgument) for sizes that are not as above, or an average outside
  // 256 B … 4 MiB.
  explicit FastCdc(ChunkSizes sizes = kChunkSizes);

  // Length of the first chunk of `bytes`. To be right, `bytes` has at least `sizes().max` bytes, or
  // all that are left. 0 only for no bytes. Any thread.
  std::size_t cut(std::string_view bytes) const noexcept;

  const ChunkSizes& sizes() const noexcept { return sizes_; }

 private:
  ChunkSizes sizes_;
  std::uint64_t small_mask_, large_mask_;
};

}  // namespace tracker::artifact
