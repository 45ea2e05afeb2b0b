#include "spool/writer.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace tracker::spool {

// A reserved record: announced, to be filled and published.
struct Writer::Slot {
  MappedSegment* segment;
  std::uint64_t position;
  std::uint64_t announcement;
  std::size_t length;

  char* payload() const noexcept { return segment->at(position) + kRecordHeadBytes; }
  Offset end() const noexcept { return segment->offset(position + record_bytes(length)); }
};

// Fails when the segment is full.
std::optional<Writer::Slot> Writer::announce(MappedSegment* segment, RecordKind kind,
                                             std::size_t payload) noexcept {
  const auto position = segment->enter(record_bytes(payload));
  if (!position) [[unlikely]]
    return std::nullopt;
  const Announcement announcement{static_cast<std::uint32_t>(payload),
                                  static_cast<std::uint8_t>(kind)};
  const Slot slot{segment, *position, pack_announcement(announcement, segment->offset(*position)),
                  payload};
  std::atomic_ref<std::uint64_t> head(*reinterpret_cast<std::uint64_t*>(segment->at(*position)));
  head.store(slot.announcement, std::memory_order_relaxed);
  // Stores to the payload come after the announcement, so an unannounced hole is all zeros.
  std::atomic_thread_fence(std::memory_order_release);
  return slot;
}

std::optional<Writer::Slot> Writer::reserve(RecordKind kind, std::size_t payload) noexcept {
  for (;;) {
    MappedSegment* segment = current_.load(std::memory_order_acquire);
    if (segment == nullptr) [[unlikely]]
      return std::nullopt;  // closed
    const bool too_long =
        payload > kMaxPayloadBytes || record_bytes(payload) > segment->header().capacity / 2;
    if (too_long || full_.load(std::memory_order_relaxed)) [[unlikely]] {
      count_drop(too_long ? "a record of more than 1 MiB: log less at once" : nullptr);
      return std::nullopt;
    }
    if (const auto slot = announce(segment, kind, payload)) [[likely]]
      return slot;
    if (!next_segment(segment)) {
      count_drop(nullptr);
      return std::nullopt;
    }
  }
}

void Writer::publish(const Slot& slot) noexcept {
  char* head = slot.segment->at(slot.position);
  const std::uint64_t word =
      pack_publication(slot.segment->header().seed, slot.segment->offset(slot.position),
                       slot.announcement, {head + kRecordHeadBytes, slot.length});
  std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(head + 8))
      .store(word, std::memory_order_release);
  slot.segment->leave();
}

std::optional<Offset> Writer::append(const Record& record) noexcept {
  try {
    thread_local std::string payload;
    payload.clear();
    encode_payload(record, payload);
    const auto slot = reserve(kind_of(record), payload.size());
    if (!slot) return std::nullopt;
    std::memcpy(slot->payload(), payload.data(), payload.size());
    publish(*slot);
    return slot->end();
  } catch (const std::exception&) {
    count_drop(kNoMemory);
    return std::nullopt;
  }
}

bool Writer::append_to(MappedSegment* segment, const Record& record) {
  std::string payload;
  encode_payload(record, payload);
  const auto slot = announce(segment, kind_of(record), payload.size());
  if (!slot) return false;
  std::memcpy(slot->payload(), payload.data(), payload.size());
  publish(*slot);
  return true;
}

bool Writer::append(const Values& row) noexcept {
  const std::size_t n = row.values.size();
  const std::size_t head = row.step ? 16 : 8;
  const auto slot = reserve(row.step ? RecordKind::kRow : RecordKind::kSystem, head + n * 12);
  if (!slot) return false;
  char* p = slot->payload();
  if (row.step) {
    std::memcpy(p, &*row.step, 8);
    p += 8;
  }
  std::memcpy(p, &row.time_us, 8);
  p += 8;
  char* keys = p + n * 8;
  for (std::size_t i = 0; i < n; ++i) {
    std::memcpy(p + i * 8, &row.values[i].value, 8);
    std::memcpy(keys + i * 4, &row.values[i].key, 4);
  }
  publish(*slot);
  return true;
}

// With the lock: why a new key cannot be taken; null if it can.
const char* Writer::refusal(const std::string& name, const MappedSegment& segment) const noexcept {
  if (name.empty()) return "a value whose metric has no name: give it one";
  if (name.size() > kMaxKeyBytes) return "a metric's name of more than 512 bytes: shorten it";
  if (keys_.entries().size() >= kMaxKeys)
    return "more than 100,000 metrics: log what varies as values, not as names";
  if (key_bytes_ + record_bytes(8 + name.size()) > segment.header().capacity / 4)
    return "more names of metrics than a log may have (4 MB): log what varies as values";
  return nullptr;
}

std::optional<std::uint32_t> Writer::new_key(std::string_view text) noexcept {
  const char* why = nullptr;
  try {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (const KeyEntry* entry = keys_.find(text)) return entry->id;
      MappedSegment* segment = current_.load(std::memory_order_acquire);
      if (segment == nullptr || closed_) return std::nullopt;
      // The lock keeps a new segment from being begun between the record and the table: each
      // segment begins with all keys of the table.
      const Key record{static_cast<std::uint32_t>(keys_.entries().size()), base::to_text(text)};
      why = refusal(record.name, *segment);
      if (why != nullptr) break;
      if (append_to(segment, record)) {
        key_bytes_ += record_bytes(8 + record.name.size());
        return keys_.insert(text)->id;
      }
      lock.unlock();
      if (!next_segment(segment)) break;
    }
  } catch (const std::exception&) {
    why = kNoMemory;
  }
  count_drop(why);
  return std::nullopt;
}

}  // namespace tracker::spool
