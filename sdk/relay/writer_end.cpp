#include "relay/writer_end.hpp"

#include <utility>

#include <tracker/error.hpp>

#include "base/clock.hpp"
#include "spool/after_death.hpp"
#include "spool/layout.hpp"

namespace tracker::relay {
namespace {

// Asking for the lock is a few system calls; nobody waits for the answer to the millisecond.
constexpr std::chrono::milliseconds kLookInterval{500};
// For a disk that is full, or fails, for a while.
constexpr std::chrono::milliseconds kTryInterval{500};
constexpr std::chrono::seconds kTryFor{30};

}  // namespace

WriterEnd::WriterEnd(std::filesystem::path writer_directory, pid_t parent, Log log)
    : directory_(std::move(writer_directory)), log_(std::move(log)) {
  if (parent <= 0) return;
  try {
    watch_.emplace(parent);
  } catch (const Error& error) {
    log_(std::string(error.what()) + " (" + error.detail() + "); its lock is asked instead");
  }
}

bool WriterEnd::settled() {
  if (since_) return true;
  if (!died_ && !is_dead()) return false;
  const Moment now = std::chrono::steady_clock::now();
  if (!died_) died_ = now;
  if (now < next_try_) return false;
  next_try_ = now + kTryInterval;
  if (record(now)) since_ = now;
  return since_.has_value();
}

bool WriterEnd::is_dead() {
  if (watch_) return watch_->ended().has_value() && !spool::writer_alive(directory_);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return false;
  next_look_ = now + kLookInterval;
  return !spool::writer_alive(directory_);
}

bool WriterEnd::record(Moment now) {
  const ExitStatus status = watch_ ? *watch_->ended() : ExitStatus();
  const spool::Finish finish = finish_of(status, base::now_us());
  try {
    const bool crashed = spool::append_after_death(directory_, finish).has_value();
    log_(crashed ? "the writer died: " + finish.reason : "the writer has ended");
    return true;
  } catch (const Error& error) {
    const bool may_pass =
        error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kResourceExhausted;
    if (may_pass && now - *died_ < kTryFor) return false;
    // What the log holds is delivered all the same; the server notices that no more comes.
    log_(std::string("the writer died, which could not be recorded: ") + error.what());
    return true;
  }
}

}  // namespace tracker::relay
