#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <utility>

#include <tracker/error.hpp>

#include "relay/backoff.hpp"

namespace tracker::relay {

// How long failures that pass are borne, from the first one of a piece of work (a call, a batch)
// on. What succeeds in between ends the piece, so a transfer goes on as long as it gets ahead.
struct Patience {
  std::chrono::milliseconds longest{std::chrono::minutes(2)};
  Backoff::Limits pauses{.base = std::chrono::milliseconds(200),
                         .longest = std::chrono::seconds(10)};
};

// Waits; less when it is asked to stop.
inline void pause(std::chrono::milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
}

// True for failures that pass: no answer, or too much at once (docs/artifacts.md, "Errors").
inline bool passes(const Error& error) noexcept {
  return error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kResourceExhausted;
}

// Does `work`, again after each failure that passes, until it succeeds, the patience is over or a
// stop is asked for; then the last failure is thrown.
template <class Work>
auto with_patience(const Patience& patience, const std::stop_token& stop, Work&& work) {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  Backoff backoff(std::random_device{}(), patience.pauses);
  for (;;) {
    try {
      return work();
    } catch (const Error& error) {
      const auto now = std::chrono::steady_clock::now();
      if (!deadline) deadline = now + patience.longest;
      if (!passes(error) || stop.stop_requested() || now >= *deadline) throw;
    }
    pause(backoff.next(), stop);
  }
}

}  // namespace tracker::relay
