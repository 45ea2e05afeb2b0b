#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/fd.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {

// A segment file mapped for writing. The object outlives its mapping: a thread may still hold a
// pointer to a segment that is full, and finds out when it tries to reserve.
class MappedSegment {
 public:
  // Maps the file. Throws Error.
  MappedSegment(base::Fd fd, const SegmentHeader& header);
  ~MappedSegment() { unmap(); }
  MappedSegment(const MappedSegment&) = delete;
  MappedSegment& operator=(const MappedSegment&) = delete;

  // One atomic add reserves `size` bytes (a multiple of 8) and registers the thread as a user of
  // the mapping. Nothing if they do not fit; then the segment is full for everybody from now on. A
  // success must be followed by leave().
  std::optional<std::uint64_t> enter(std::size_t size) noexcept {
    const std::uint64_t before = state_.fetch_add(kOneUser + size, std::memory_order_acq_rel);
    const std::uint64_t tail = before & kTailMask;
    if (tail + size <= header_.capacity) [[likely]]
      return tail;
    if (tail < header_.capacity) pad(tail);
    leave();
    return std::nullopt;
  }
  void leave() noexcept { state_.fetch_sub(kOneUser, std::memory_order_release); }

  // No reservation succeeds any more, and the rest of the segment stays as it is (no padding).
  void seal() noexcept;
  // Sealed or full, and nobody writes: the mapping may go.
  bool idle() const noexcept {
    const std::uint64_t s = state_.load(std::memory_order_acquire);
    return (s & kTailMask) >= header_.capacity && s < kOneUser;
  }
  void unmap() noexcept;
  bool mapped() const noexcept { return map_ != nullptr; }

  char* at(std::uint64_t position) const noexcept { return map_ + kSegmentHeaderBytes + position; }
  Offset offset(std::uint64_t position) const noexcept {
    return Offset{to_bytes(header_.base) + position};
  }
  // Bytes reserved so far.
  std::uint64_t used() const noexcept;
  const SegmentHeader& header() const noexcept { return header_; }
  int fd() const noexcept { return fd_.get(); }

  // Makes the pages of records [from, to) ready to be written: the first store into a page of a
  // file, and the first after the page was written to the disk, costs a fault and may wait for the
  // file system's journal; it is paid here. May run while others write.
  void fault_in(std::uint64_t from, std::uint64_t to) noexcept;
  // Waits until the records before `to` that are published are on the disk. Only their pages are
  // written, and so only they cost a fault when they are written again (fdatasync would do that to
  // the whole file). A failure leaves what the log promises without a disk: the pages, which
  // survive the process.
  void sync(std::uint64_t to) noexcept;
  // Nobody is in the middle of a record: all that used() told before is published.
  bool quiet() const noexcept { return state_.load(std::memory_order_acquire) < kOneUser; }

  // The helper thread's own:
  std::uint64_t synced = 0;   // used() at the last sync
  bool all_synced = true;     // and all before it was published by then
  std::uint64_t faulted = 0;  // records before it have had their pages faulted in

 private:
  static constexpr std::uint64_t kOneUser = std::uint64_t{1} << 40;
  static constexpr std::uint64_t kTailMask = kOneUser - 1;

  void pad(std::uint64_t tail) noexcept;

  // Users in the upper 24 bits, reserved end in the lower 40. A cache line of its own: every thread
  // writes it.
  alignas(64) std::atomic<std::uint64_t> state_{0};
  alignas(64) char* map_ = nullptr;
  SegmentHeader header_;
  base::Fd fd_;
  std::atomic<std::uint64_t> sealed_at_{UINT64_MAX};
};

}  // namespace tracker::spool
