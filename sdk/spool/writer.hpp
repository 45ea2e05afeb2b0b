#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "spool/key_table.hpp"
#include "spool/mapped_segment.hpp"
#include "spool/record.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {

struct WriterOptions {
  std::filesystem::path directory;  // the writer's own; made if absent, holds no log yet
  std::string run_id, writer_id;    // UUIDs in text form
  std::size_t segment_bytes = 16u << 20;
  // Called once for each reason for which something was dropped, from the helper thread or from
  // close(): a line with the remedy.
  std::function<void(const std::string&)> warn;
  Allocate allocate = allocate_file;
};

// A reason for Writer::count_drop().
inline constexpr const char* kNoMemory = "there is no memory left";

// Writes one writer's log (docs/spool-format.md). append() and friends may be called by many
// threads at once; they do not wait for each other, make no system call and never throw. What a
// call has published survives SIGKILL; a helper thread syncs to the disk at most once a second and
// keeps the next segment ready.
//
// A thread waits only when the log is written faster than segments can be prepared, and then only
// for that. When there is no room on the disk records are dropped and counted, as is what no record
// can hold; once there is room a Gap record says so.
//
// After fork() the child must not touch a Writer of its parent, not even destroy it.
class Writer {
 public:
  // Makes the directory, takes its writer.lock and makes the first segment. Throws Error: no room,
  // not writable, a log is there already.
  explicit Writer(WriterOptions options);
  ~Writer();  // close()
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Appends a record; the offset behind it, or nothing if it was dropped (no room, closed, payload
  // above kMaxPayloadBytes).
  std::optional<Offset> append(const Record& record) noexcept;

  // Appends a Row or, without a step, a System record, whose values are filled in by the caller.
  struct Values {
    std::optional<std::int64_t> step;
    std::int64_t time_us = 0;
    std::span<const KeyValue> values;
  };
  bool append(const Values& values) noexcept;

  // The number of a key, which gets one (and a Key record) if it is new. Nothing, and counted as a
  // value that was dropped, if the key is empty or longer than kMaxKeyBytes, if there are kMaxKeys
  // already or more than fit a quarter of a segment, or if its record could not be written. No lock
  // for a known key.
  std::optional<std::uint32_t> key(std::string_view text) noexcept {
    const KeyEntry* entry = keys_.find(text);
    return entry != nullptr ? std::optional(entry->id) : new_key(text);
  }
  const KeyEntry* find_key(std::string_view text) const noexcept { return keys_.find(text); }
  static constexpr std::size_t kMaxKeys = 100'000;

  // Behind the last record that was reserved.
  Offset end() const noexcept;
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  // Where there was no room: asks once more, at once, and waits for the answer. For what should not
  // be dropped because room is looked for once a second only: the end of the log.
  void ask_for_room() noexcept;

  // Counts one that the caller could not make a record of, or must not. `why` is a constant for
  // people, with the remedy; null means that there is no room.
  void count_drop(const char* why) noexcept;

  // No record is taken any more. Cuts the last segment to what it holds and syncs it. Idempotent.
  void close() noexcept;

 private:
  struct Slot;
  static std::optional<Slot> announce(MappedSegment* segment, RecordKind kind,
                                      std::size_t payload) noexcept;
  std::optional<Slot> reserve(RecordKind kind, std::size_t payload) noexcept;
  static void publish(const Slot& slot) noexcept;
  static bool append_to(MappedSegment* segment, const Record& record);
  std::optional<std::uint32_t> new_key(std::string_view text) noexcept;
  const char* refusal(const std::string& name, const MappedSegment& segment) const noexcept;
  bool next_segment(const MappedSegment* full) noexcept;
  void install_next();
  void write_gap();

  void help(const std::stop_token& stop);
  void prepare_next(std::unique_lock<std::mutex>& lock);
  void fault_ahead(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  void tick(std::unique_lock<std::mutex>& lock);
  void give_warnings(std::unique_lock<std::mutex>& lock);
  bool sync_segments(const std::vector<MappedSegment*>& segments);

  const WriterOptions options_;
  base::Fd lock_;  // tells others that this process lives
  KeyTable keys_;
  std::atomic<MappedSegment*> current_{nullptr};  // null once closed
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<bool> full_{false};  // the current segment is full and there is no room for another

  // Guards all below. Held over memory operations only, never across a system call of ours.
  mutable std::mutex mutex_;
  std::condition_variable_any wake_helper_;
  std::condition_variable next_ready_;
  std::vector<std::unique_ptr<MappedSegment>> segments_;  // every one made, in order
  std::size_t first_mapped_ = 0;                          // those before it are unmapped
  std::unique_ptr<MappedSegment> next_;
  bool no_room_ = false;  // preparing the next segment failed when last tried
  std::string why_no_room_;
  Gap gap_;                             // of the drops that no Gap record tells of yet
  std::vector<std::string_view> told_;  // reasons for which a warning was made; "" is no room
  std::vector<std::string> warnings_;   // not given out yet
  std::size_t key_bytes_ = 0;           // of all Key records: what each new segment begins with
  bool closed_ = false;
  std::jthread helper_;
};

}  // namespace tracker::spool
