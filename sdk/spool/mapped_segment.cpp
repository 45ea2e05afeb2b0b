#include "spool/mapped_segment.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::spool {
namespace {

#ifndef MADV_POPULATE_WRITE
constexpr int kMadvPopulateWrite = 23;  // Linux 5.14
#else
constexpr int kMadvPopulateWrite = MADV_POPULATE_WRITE;
#endif

constexpr std::uint64_t kPage = 4096;
// Of memory at once: the kernel holds the lock on the process's address space meanwhile, and
// whoever maps or unmaps anything waits for it.
constexpr std::uint64_t kFaultBytes = 256u << 10;

void fault_in_pages(char* map, std::uint64_t from, std::uint64_t to) noexcept {
  if (::madvise(map + from, to - from, kMadvPopulateWrite) == 0 || errno != EINVAL) return;
  for (std::uint64_t i = from; i < to; i += kPage) {
    std::atomic_ref<char> byte(map[i]);
    byte.fetch_or(0, std::memory_order_relaxed);
  }
}

}  // namespace

MappedSegment::MappedSegment(base::Fd fd, const SegmentHeader& header)
    : header_(header), fd_(std::move(fd)) {
  const std::size_t size = kSegmentHeaderBytes + header.capacity;
  void* map = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (map == MAP_FAILED) {
    throw Error(ErrorCode::kResourceExhausted, std::string("cannot map a spool segment: ") +
                                                   std::strerror(errno) +
                                                   "; raise the limit on address space");
  }
  map_ = static_cast<char*>(map);
}

void MappedSegment::fault_in(std::uint64_t from, std::uint64_t to) noexcept {
  const std::uint64_t end =
      (kSegmentHeaderBytes + std::min(to, header_.capacity) + kPage - 1) / kPage * kPage;
  for (std::uint64_t at = (kSegmentHeaderBytes + from) / kPage * kPage; at < end;
       at += kFaultBytes) {
    fault_in_pages(map_, at, std::min(at + kFaultBytes, end));
  }
}

// From the beginning: pages that are clean are not written again, and a record that was published
// late may lie anywhere.
void MappedSegment::sync(std::uint64_t to) noexcept {
  ::msync(map_, kSegmentHeaderBytes + to, MS_SYNC);
}

void MappedSegment::pad(std::uint64_t tail) noexcept {
  const auto length = static_cast<std::uint32_t>(header_.capacity - tail - 8);
  std::atomic_ref<std::uint64_t> word(*reinterpret_cast<std::uint64_t*>(at(tail)));
  word.store(pack_announcement({length, kPaddingKind}, offset(tail)), std::memory_order_release);
}

void MappedSegment::seal() noexcept {
  const std::uint64_t before = state_.fetch_add(header_.capacity, std::memory_order_acq_rel);
  sealed_at_.store(std::min(before & kTailMask, header_.capacity), std::memory_order_release);
}

std::uint64_t MappedSegment::used() const noexcept {
  const std::uint64_t tail = state_.load(std::memory_order_acquire) & kTailMask;
  return std::min({tail, header_.capacity, sealed_at_.load(std::memory_order_acquire)});
}

void MappedSegment::unmap() noexcept {
  if (map_ == nullptr) return;
  ::munmap(map_, kSegmentHeaderBytes + header_.capacity);
  map_ = nullptr;
  fd_.reset();
}

}  // namespace tracker::spool
