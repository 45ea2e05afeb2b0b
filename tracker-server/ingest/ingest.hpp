#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"
#include "frame/frame.hpp"
#include "storage/database.hpp"

// Ingest, independent of gRPC: sessions (one a stream), the group committer, the compactor and the
// heartbeat sweeper.
namespace tracker::auth {
class Gate;
class Watch;
}  // namespace tracker::auth

namespace tracker::ingest {

// What one group commit made durable, for the live view. `frames` hold points, console lines and
// records as they were logged; a run with RunStart, Config, Summary, MetricDefinition, Tags, Notes
// or Finish among them, or that is new or came back to life, is also in `changed_runs`.
struct CommittedFrame {
  core::RunId run;
  core::WriterId writer;
  std::uint64_t from = 0, to = 0;
  std::shared_ptr<const spool::Frame> frame;
};
struct Committed {
  std::vector<CommittedFrame> frames;
  std::vector<core::RunId> changed_runs;
};

// Called after the commit, on an ingest thread, one call at a time. Must not block and must not
// throw.
using CommitListener = std::function<void(const Committed&)>;

struct IngestOptions {
  std::uint64_t window_bytes = 8u << 20;
  spool::FrameLimits frame_limits{};
  // A group closes after this, for each hundred streams that the one before had (at most five times
  // as long): many streams cost a commit and an acknowledgement each, however little they say.
  std::chrono::milliseconds group_delay{20};
  std::size_t group_bytes = 4u << 20;  // or it closes at this many bytes of payload
  std::size_t queue_bytes =
      64u << 20;  // of all streams together; beyond it new frames wait in gRPC
  std::chrono::milliseconds compact_interval{500};
  // A run is compacted when its oldest frame is of this age, but only so long after the last time …
  std::int64_t compact_age_us = 10 * core::kSecondUs;
  std::int64_t compact_pause_us = core::kMinuteUs;
  // … or when so many rows wait (four full chunks: what lies behind the last full one is written
  // again with the next) …
  std::uint64_t compact_rows = 16'384;
  std::uint64_t compact_points = 1 << 20;  // … or so many points
  std::chrono::milliseconds sweep_interval{20'000};
  std::chrono::milliseconds refresh_interval{1'000};  // what runs are filtered by is brought up
  // Who may write; both or none, which lets everybody.
  auth::Gate* gate = nullptr;
  auth::Watch* watch = nullptr;
};

struct Caller;        // ingest/session.hpp
class Session;        // ingest/session.hpp
class SessionOutput;  // ingest/session.hpp

// The service. Made once, by the composition root; its threads run from start() to stop(). Any
// thread may call.
class Ingest {
 public:
  // `database` and `clock` must outlive it.
  Ingest(storage::Database& database, const core::Clock& clock, IngestOptions options = {});
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // Before start(); may be set once.
  void set_listener(CommitListener listener);

  void start();
  // Commits what was accepted, then ends the threads. Sessions that are still open are told to
  // close.
  void stop();

  // A stream has begun. `output` is called from ingest threads.
  std::shared_ptr<Session> open(std::shared_ptr<SessionOutput> output);
  std::shared_ptr<Session> open(std::shared_ptr<SessionOutput> output, Caller caller);

  const IngestOptions& options() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::ingest
