// The slow side of Writer: making, syncing and retiring segments, mostly on the helper thread.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/quiet_thread.hpp"
#include "base/utf8.hpp"
#include "spool/layout.hpp"
#include "spool/writer.hpp"

namespace tracker::spool {
namespace {

constexpr std::chrono::seconds kSyncInterval{1};
// Faulted in before a segment is used; the helper thread does the rest meanwhile.
constexpr std::uint64_t kFirstPages = 64u << 10;
constexpr std::uint64_t kPagesAtOnce = 1u << 20;
// Ahead of what is written, made ready again after a sync: at least this, and twice as much as was
// written since the last.
constexpr std::uint64_t kReadyBytes = 64u << 10;

SegmentHeader header_for(const WriterOptions& options, Offset base) {
  SegmentHeader header;
  header.base = base;
  header.capacity = (options.segment_bytes - kSegmentHeaderBytes) / 8 * 8;
  header.writer_id = options.writer_id;
  header.run_id = options.run_id;
  header.made_us = base::now_us();
  return header;
}

std::unique_ptr<MappedSegment> make_segment(const WriterOptions& options, Offset base) {
  SegmentHeader header = header_for(options, base);
  base::Fd fd = create_segment(options.directory, header, options.allocate);
  auto segment = std::make_unique<MappedSegment>(std::move(fd), header);
  segment->fault_in(0, kFirstPages);
  segment->faulted = kFirstPages;
  return segment;
}

// A thread that is woken by one that logs must not take its core.
void yield_to_the_program() noexcept {
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace

Writer::Writer(WriterOptions options) : options_(std::move(options)) {
  std::error_code error;
  std::filesystem::create_directories(options_.directory, error);
  if (error) {
    throw Error(ErrorCode::kUnavailable,
                "cannot make " + options_.directory.string() + ": " + error.message() +
                    "; set TRACKER_DIR to a directory that can be written");
  }
  if (!list_segments(options_.directory).empty()) {
    throw Error(ErrorCode::kAlreadyExists,
                "there is a log in " + options_.directory.string() + " already");
  }
  lock_ = lock_as_writer(options_.directory);
  segments_.push_back(make_segment(options_, Offset{0}));
  current_.store(segments_.back().get(), std::memory_order_release);
  helper_ = base::start_quiet_thread("tracker-spool",
                                     [this](const std::stop_token& stop) { help(stop); });
}

Writer::~Writer() { close(); }

Offset Writer::end() const noexcept {
  const std::lock_guard lock(mutex_);
  const MappedSegment& last = *segments_.back();
  return last.offset(last.used());
}

void Writer::count_drop(const char* why) noexcept {
  dropped_.fetch_add(1, std::memory_order_relaxed);
  const std::int64_t now = base::now_us();
  const std::lock_guard lock(mutex_);
  const bool first = gap_.dropped_records++ == 0;
  if (first) gap_.from_us = now;
  gap_.to_us = now;
  try {
    if (first) gap_.reason = why != nullptr ? why : why_no_room_;
    const std::string_view reason = why != nullptr ? why : "";
    if (std::find(told_.begin(), told_.end(), reason) != told_.end()) return;
    told_.push_back(reason);
    warnings_.push_back("tracker: dropping what is logged: " +
                        (why != nullptr ? why : why_no_room_));
  } catch (const std::exception&) {
    return;  // no memory for the reason; the count matters more
  }
}

// True when the caller should try again.
bool Writer::next_segment(const MappedSegment* full) noexcept {
  try {
    std::unique_lock lock(mutex_);
    while (current_.load(std::memory_order_relaxed) == full) {
      if (closed_) return false;
      if (next_) {
        install_next();
      } else if (no_room_) {
        full_.store(true, std::memory_order_relaxed);
        return false;
      } else {
        next_ready_.wait(lock);
      }
    }
    return true;
  } catch (const std::exception&) {  // no memory
    return false;
  }
}

void Writer::ask_for_room() noexcept {
  try {
    std::unique_lock lock(mutex_);
    if (!full_.load(std::memory_order_relaxed) || closed_) return;
    no_room_ = false;  // the helper looks again
    wake_helper_.notify_one();
    next_ready_.wait(
        lock, [this] { return no_room_ || closed_ || !full_.load(std::memory_order_relaxed); });
  } catch (const std::exception&) {
    return;  // no memory: then there is no room either
  }
}

// With the lock, next_ made and the current segment full. The dictionary comes first, so that a
// reader may begin here.
void Writer::install_next() {
  segments_.push_back(nullptr);
  segments_.back() = std::move(next_);
  MappedSegment* segment = segments_.back().get();
  for (const KeyEntry& key : keys_.entries())
    append_to(segment, Key{key.id, base::to_text(key.text)});
  current_.store(segment, std::memory_order_release);
  full_.store(false, std::memory_order_relaxed);
  write_gap();
  wake_helper_.notify_one();
}

// With the lock: tells of what was dropped, if there is room to.
void Writer::write_gap() {
  MappedSegment* segment = current_.load(std::memory_order_relaxed);
  if (gap_.dropped_records == 0 || segment == nullptr) return;
  if (!append_to(segment, gap_)) return;
  gap_ = {};
}

void Writer::help(const std::stop_token& stop) {
  yield_to_the_program();
  std::unique_lock lock(mutex_);
  auto due = std::chrono::steady_clock::now() + kSyncInterval;
  while (!stop.stop_requested()) {
    if (!next_) prepare_next(lock);
    fault_ahead(lock, stop);
    wake_helper_.wait_until(lock, stop, due, [this] { return next_ == nullptr && !no_room_; });
    if (std::chrono::steady_clock::now() < due) continue;
    tick(lock);
    due = std::chrono::steady_clock::now() + kSyncInterval;
  }
}

void Writer::prepare_next(std::unique_lock<std::mutex>& lock) {
  const Offset base = segments_.back()->header().end();
  lock.unlock();
  std::unique_ptr<MappedSegment> made;
  std::string why;
  try {
    made = make_segment(options_, base);
    base::sync_directory(options_.directory);
  } catch (const std::exception& e) {
    why = e.what();
  }
  lock.lock();
  no_room_ = made == nullptr;
  if (no_room_) {
    why_no_room_ = std::move(why);
  } else {
    next_ = std::move(made);
    if (full_.load(std::memory_order_relaxed) && !closed_) install_next();
  }
  next_ready_.notify_all();
}

// The rest of the current segment's pages, unless the next segment is wanted first.
void Writer::fault_ahead(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  while (!stop.stop_requested() && (next_ || no_room_)) {
    MappedSegment* segment = segments_.back().get();
    segment->faulted = std::max(segment->faulted, segment->used());
    if (segment->faulted >= segment->header().capacity) return;
    lock.unlock();
    segment->fault_in(segment->faulted, segment->faulted + kPagesAtOnce);
    segment->faulted += kPagesAtOnce;
    lock.lock();
  }
}

void Writer::tick(std::unique_lock<std::mutex>& lock) {
  if (!full_.load(std::memory_order_relaxed)) write_gap();
  no_room_ = no_room_ && next_ != nullptr;  // there may be room by now
  std::vector<MappedSegment*> mapped, done;
  for (std::size_t i = first_mapped_; i < segments_.size(); ++i)
    mapped.push_back(segments_[i].get());
  MappedSegment* next = next_.get();  // nobody but this thread destroys it
  give_warnings(lock);
  lock.unlock();
  const bool logging = sync_segments(mapped);
  if (logging && next != nullptr) next->fault_in(0, kReadyBytes);
  lock.lock();
  while (first_mapped_ + 1 < segments_.size() && segments_[first_mapped_]->idle())
    done.push_back(segments_[first_mapped_++].get());
  lock.unlock();
  for (MappedSegment* segment : done) segment->unmap();
  lock.lock();
}

// With the lock, which is not held while the caller's function runs.
void Writer::give_warnings(std::unique_lock<std::mutex>& lock) {
  const std::vector<std::string> lines = std::exchange(warnings_, {});
  lock.unlock();
  for (const std::string& line : lines) {
    if (options_.warn) options_.warn(line);
  }
  lock.lock();
}

// True if anything was written since the last sync. Pages that were synced are made ready again:
// the last one, which is written on, and those ahead, which the kernel may have written by itself.
bool Writer::sync_segments(const std::vector<MappedSegment*>& segments) {
  bool any = false;
  for (MappedSegment* segment : segments) {
    const std::uint64_t used = segment->used(), before = segment->synced;
    if (used == before && segment->all_synced) continue;
    any = true;
    segment->all_synced = segment->quiet();
    segment->sync(used);
    segment->synced = used;
    if (used < segment->header().capacity)
      segment->fault_in(used, used + std::max(kReadyBytes, 2 * (used - before)));
  }
  return any;
}

void Writer::close() noexcept {
  std::unique_ptr<MappedSegment> unused;
  MappedSegment* last = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    try {
      write_gap();
    } catch (const std::exception&) {
      // no memory: the gap stays untold, the log stays right
    }
    current_.store(nullptr, std::memory_order_release);
    last = segments_.back().get();
    last->seal();
    next_ready_.notify_all();
  }
  helper_.request_stop();
  if (helper_.joinable()) helper_.join();
  try {
    std::unique_lock lock(mutex_);
    give_warnings(lock);
  } catch (const std::exception&) {
    // no memory: they stay unsaid
  }
  unused = std::move(next_);
  if (unused) ::unlink(segment_path(options_.directory, unused->header().base).c_str());
  // Threads in the middle of a record need microseconds; one that is stopped for good keeps the
  // mapping.
  for (int i = 0; i < 1000 && !last->idle(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (!last->idle()) return;
  const auto size = static_cast<off_t>(kSegmentHeaderBytes + last->used());
  if (::ftruncate(last->fd(), size) == 0) ::fdatasync(last->fd());
  last->unmap();
}

}  // namespace tracker::spool
