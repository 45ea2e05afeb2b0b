#include "ingest/session.hpp"

#include <tuple>
#include <utility>

#include <tracker/error.hpp>

#include "ingest/meters.hpp"

namespace tracker::ingest {

Session::Session(SessionSink& sink, std::shared_ptr<SessionOutput> output,
                 const IngestOptions& options, Caller caller)
    : sink_(sink),
      output_(std::move(output)),
      options_(options),
      caller_(std::move(caller)),
      state_(options.frame_limits.compressed_bytes) {}

Reading Session::hello(const Hello& hello) {
  std::optional<Identity> identity;
  {
    const std::lock_guard lock(mutex_);
    identity = state_.hello(hello);
    if (identity) {
      identity_ = *identity;
      paused_ = true;
    }
  }
  if (!identity) {
    count_refusal(state_.refusal()->reason);
    output_->refuse(*state_.refusal());
    return Reading::kEnd;
  }
  sink_.enqueue_hello(shared_from_this(), *identity);
  return Reading::kPause;
}

Reading Session::frame(std::uint64_t from, std::uint64_t to, std::string payload) {
  ReceivedFrame received{from, to, std::move(payload)};
  return frames({&received, 1});
}

// The session does not count as paused until all are taken, so nobody resumes it before.
Reading Session::frames(std::span<ReceivedFrame> received) {
  for (ReceivedFrame& frame : received)
    if (!take(frame)) return Reading::kEnd;
  const std::lock_guard lock(mutex_);
  return reading_locked();
}

// False when the stream ends with it.
bool Session::take(ReceivedFrame& received) {
  const auto [from, to, bytes] =
      std::tuple(received.from, received.to, std::uint64_t{received.payload.size()});
  FrameVerdict verdict;
  std::uint64_t generation = 0, acked = 0;
  {
    const std::lock_guard lock(mutex_);
    verdict = state_.frame(from, to, bytes);
    generation = state_.generation();
    acked = state_.acked();
  }
  switch (verdict) {
    case FrameVerdict::kIgnore:
      break;
    case FrameVerdict::kRewind:
      output_->rewind(acked);
      break;
    case FrameVerdict::kRefuse:
      count_refusal(state_.refusal()->reason);
      output_->refuse(*state_.refusal());
      return false;
    case FrameVerdict::kMisuse:
      close("a frame came before Welcome");
      return false;
    case FrameVerdict::kAccept:
      return accept(received, generation);
  }
  return true;
}

// Decoding is the costly part: on the stream's thread, so that streams share the processors.
bool Session::accept(ReceivedFrame& received, std::uint64_t generation) {
  storage::FramePart part{received.from, received.to, std::move(received.payload), nullptr};
  try {
    part.frame = std::make_shared<const spool::Frame>(
        spool::decode_frame(part.payload, options_.frame_limits));
  } catch (const Error& error) {
    refused({RefusalReason::kCorruptFrame,
             "frame " + std::to_string(part.from) + " to " + std::to_string(part.to) +
                 " is damaged: " + error.what(),
             "run 'tracker sync' with the current release; if it is refused again report a "
             "defect"});
    return false;
  }
  set_blocked(true);  // before the queue can call unblock()
  if (sink_.enqueue_frame(shared_from_this(), std::move(part), generation)) set_blocked(false);
  return true;
}

Reading Session::reading_locked() {
  if (state_.ended()) return Reading::kEnd;
  paused_ = blocked_ || state_.bytes_in_flight() > options_.window_bytes;
  return paused_ ? Reading::kPause : Reading::kGoOn;
}

void Session::set_blocked(bool blocked) {
  const std::lock_guard lock(mutex_);
  blocked_ = blocked;
}

bool Session::take_resume_locked() {
  if (!paused_ || blocked_ || gone_ || state_.ended() ||
      state_.bytes_in_flight() > options_.window_bytes)
    return false;
  paused_ = false;
  return true;
}

void Session::gone() {
  std::unique_ptr<auth::Watch::Entry> watched;  // goes without our mutex
  const std::lock_guard lock(mutex_);
  gone_ = true;
  watched = std::move(watched_);
  state_.close();
}

void Session::registered(const storage::RegisteredWriter& writer) {
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    stream_id_ = writer.stream_id;
    state_.welcomed(writer.acked, writer.epoch);
    if (!state_.open()) return;
    resume = take_resume_locked();
  }
  output_->welcome({writer.acked, writer.epoch, options_.window_bytes,
                    options_.frame_limits.compressed_bytes,
                    options_.frame_limits.decompressed_bytes, writer.resumed});
  if (resume) output_->resume();
}

void Session::committed(std::uint64_t acked, std::uint64_t bytes) {
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    state_.committed(acked, bytes);
    if (gone_) return;
    resume = take_resume_locked();
  }
  output_->ack(acked);
  if (resume) output_->resume();
}

void Session::rewound(std::uint64_t acked, std::uint64_t bytes) {
  bool tell = false, resume = false;
  {
    const std::lock_guard lock(mutex_);
    state_.released(bytes);
    tell = state_.rewound(acked) && !gone_;
    resume = take_resume_locked();
  }
  if (tell) output_->rewind(acked);
  if (resume) output_->resume();
}

void Session::discarded(std::uint64_t bytes) {
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    state_.released(bytes);
    resume = take_resume_locked();
  }
  if (resume) output_->resume();
}

void Session::refused(Refusal refusal) {
  {
    const std::lock_guard lock(mutex_);
    if (gone_ || state_.ended()) return;
    state_.refuse(refusal);
  }
  count_refusal(refusal.reason);
  output_->refuse(refusal);
}

void Session::close(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (gone_ || state_.ended()) return;
    state_.close();
  }
  output_->close(reason);
}

void Session::unblock() {
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
    resume = take_resume_locked();
  }
  if (resume) output_->resume();
}

void Session::hold(std::unique_ptr<auth::Watch::Entry> watched) {
  const std::lock_guard lock(mutex_);
  if (!gone_) watched_ = std::move(watched);
}

std::uint64_t Session::epoch() const {
  const std::lock_guard lock(mutex_);
  return state_.epoch();
}
std::uint64_t Session::generation() const {
  const std::lock_guard lock(mutex_);
  return state_.generation();
}
bool Session::waits() const {
  const std::lock_guard lock(mutex_);
  return !gone_ && !state_.ended();
}
bool Session::open() const {
  const std::lock_guard lock(mutex_);
  return state_.open() && !gone_;
}

}  // namespace tracker::ingest
