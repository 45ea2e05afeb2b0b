#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "relay/backoff.hpp"
#include "relay/channel.hpp"
#include "spool/record.hpp"

// Delivering one writer's log to the server: the whole life of a tracker-relay, and the heart of
// `tracker sync`.
namespace tracker::relay {

struct RelayOptions {
  std::filesystem::path spool;  // the writer's directory
  std::string server;           // address as users give it
  pid_t parent = 0;  // the process that writes the log; 0: its lock alone tells whether it lives
  bool until_caught_up =
      false;  // end once all that is there now is delivered, though the writer may live on
  // How long to go on without a server once the writer has ended; `tracker sync` delivers what is
  // left.
  std::chrono::milliseconds patience = std::chrono::minutes(10);
  Backoff::Limits backoff;
  std::chrono::milliseconds keepalive{20'000};  // a silent server is asked for a sign of life
  // Every line for the log; the same line is not said twice in a row. May be empty.
  std::function<void(const std::string&)> log;
  // What is acknowledged, whenever it changes. May be empty.
  std::function<void(spool::Offset)> progress;
};

enum class Outcome {
  kDelivered,   // acknowledged to its Finish
  kCaughtUp,    // acknowledged as far as it goes; the writer lives
  kLeft,        // no server for too long
  kRefused,     // the server does not want it
  kSuperseded,  // somebody else delivers it, and took it over again and again
  kDamaged,     // acknowledged up to where it cannot be read
  kStopped,     // as asked through the stop token
};

struct Report {
  Outcome outcome = Outcome::kLeft;
  std::string message;  // one line for people, with the remedy; empty where there is nothing to say
  spool::Offset acked{};
};

// Delivers until the log is finished and acknowledged, or one of the other outcomes. Blocks. What
// the writer should know is written to the control page as it happens. If the writer dies without a
// Finish, one is appended, whether or not there is a server. The caller holds the log's RelayLock;
// whoever opens the lock's file meanwhile wakes a relay that is waiting for its next attempt.
//
// What the writer asked for with artifacts (spool/staged.hpp) is done beside it; a log is delivered
// when that is done as well.
//
// After a refusal nothing more is sent, but the writer's end is still awaited and recorded (unless
// until_caught_up). Of a log that was damaged while it was written what lies before the damage is
// delivered, and after the writer's end how the log was repaired.
//
// Throws Error if the directory holds no log, or one of a newer format.
Report deliver(const RelayOptions& options, const std::stop_token& stop);

}  // namespace tracker::relay
