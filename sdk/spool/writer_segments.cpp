// The slow side of Writer: making, syncing and retiring segments, mostly on the helper thread.
#include <fcntl.h>
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
  return std::make_unique<MappedSegment>(std::move(fd), header);
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
  std::unique_lock lock(mutex_);
  auto due = std::chrono::steady_clock::now() + kSyncInterval;
  while (!stop.stop_requested()) {
    if (!next_) prepare_next(lock);
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

void Writer::tick(std::unique_lock<std::mutex>& lock) {
  if (!full_.load(std::memory_order_relaxed)) write_gap();
  no_room_ = no_room_ && next_ != nullptr;  // there may be room by now
  std::vector<MappedSegment*> mapped;
  for (std::size_t i = first_mapped_; i < segments_.size(); ++i)
    mapped.push_back(segments_[i].get());
  give_warnings(lock);
  lock.unlock();
  sync_segments(mapped);
  lock.lock();
  while (first_mapped_ + 1 < segments_.size() && segments_[first_mapped_]->idle()) {
    segments_[first_mapped_++]->unmap();
  }
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

void Writer::sync_segments(const std::vector<MappedSegment*>& segments) {
  for (MappedSegment* segment : segments) {
    const std::uint64_t used = segment->used();
    if (used == segment->synced) continue;
    // A failure leaves what the log promises without a disk: the pages, which survive the process.
    ::fdatasync(segment->fd());
    segment->synced = used;
  }
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
