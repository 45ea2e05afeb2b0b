#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.hpp"

// The life of a run. A run has writers (the process, or one a rank); each says Hello, shows signs
// of life and may say how it ended. The run's state follows from its writers alone, so replaying it
// gives the same answer.
namespace tracker::core {

enum class RunState : std::uint8_t {
  kRunning = 1,
  kFinished = 2,
  kFailed = 3,
  kCrashed = 4,
  kStopped = 5
};

// "running", "finished", … as the HTTP API and the tables write it.
std::string_view to_text(RunState state) noexcept;
std::optional<RunState> run_state_from_text(std::string_view text) noexcept;

// A running writer with no sign of life for this long counts as dead.
inline constexpr std::int64_t kHeartbeatTimeoutUs = 5 * kMinuteUs;

struct WriterEnd {
  RunState state = RunState::kFinished;  // never kRunning
  std::int64_t time_us = 0;
  std::string reason;
};

struct WriterLife {
  std::int64_t last_seen_us = 0;
  std::optional<WriterEnd> end;  // absent: it said nothing since its last Hello
  bool forked = false;           // a child, by fork(), of another writer of the run
};

struct RunLife {
  RunState state = RunState::kRunning;
  std::optional<std::int64_t> ended_us;  // absent while running
  std::string end_reason;                // for people; empty if it simply finished
};

// The rule. While a writer without an end was seen within the timeout the run is running. Otherwise
// the worst end wins (crashed, failed, stopped, finished), with its reason; ended_us is the latest
// end. When nobody said an end the run is crashed by "no heartbeat" at the last sign of life.
// Writers that stopped showing life without an end make the run crashed only if no other writer
// ended: a resumed run whose first process lost power can still finish.
// Forked writers neither end the run nor keep it running: it goes on in their parent. They count
// only when there are no others.
// `writers` are those of the run's current session: from the first Hello after it was last at an
// end. Not empty.
RunLife life_of(std::span<const WriterLife> writers, std::int64_t now_us);

}  // namespace tracker::core
