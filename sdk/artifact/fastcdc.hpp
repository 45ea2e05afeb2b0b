#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// FastCDC: cuts bytes into chunks where their content says so, so that what is inserted or removed
// moves only the cuts beside it. Table, masks and sizes are those of docs/artifacts.md, "Chunks".
//
// Source: W. Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data
// Deduplication", USENIX ATC 2016: gear hash, no cuts below the smallest size, normalized chunking
// of level 2 (two bits more in the mask below the average size, two less above). The masks are the
// hash's upper bits, which depend on the most bytes.
namespace tracker::artifact {

struct ChunkSizes {
  std::size_t min, average, max;  // bytes; powers of two, min < average < max
};
inline constexpr ChunkSizes kChunkSizes{256 << 10, 1 << 20, 4 << 20};

class FastCdc {
 public:
  // Throws Error(kInvalidArgument) for sizes that are not as above.
  explicit FastCdc(ChunkSizes sizes = kChunkSizes);

  // Length of the first chunk of `bytes`. To be right, `bytes` has at least `sizes().max` bytes, or
  // all that are left of the file. 0 only for no bytes. Any thread.
  std::size_t cut(std::string_view bytes) const noexcept;

  const ChunkSizes& sizes() const noexcept { return sizes_; }

 private:
  ChunkSizes sizes_;
  std::uint64_t small_mask_, large_mask_;
};

}  // namespace tracker::artifact
