#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "relay/process_watch.hpp"

namespace tracker::relay {

// Notices the death of the process that writes a log, and makes sure that the log says how it
// ended: if it has no Finish, one is appended. The caller holds the log's RelayLock. One thread,
// except descriptor().
class WriterEnd {
 public:
  using Log = std::function<void(const std::string&)>;

  // `parent`: the process that writes the log; 0 if it is not known, then its lock tells of its
  // death (but not how).
  WriterEnd(std::filesystem::path writer_directory, pid_t parent, Log log);

  // Looks, and appends when it must. From then on true: the log will not grow any more. An end that
  // the disk does not take is tried again for half a minute before it is left to the server, which
  // notices that no more comes.
  bool settled();
  // When that was first seen.
  std::optional<std::chrono::steady_clock::time_point> since() const noexcept { return since_; }
  // Readable once the process is dead; -1 if that cannot be told, or has been seen.
  int descriptor() const noexcept { return watch_ && !died_ ? watch_->descriptor() : -1; }

 private:
  using Moment = std::chrono::steady_clock::time_point;

  bool is_dead();
  // False when it is to be tried again.
  bool record(Moment now);

  std::filesystem::path directory_;
  Log log_;
  std::optional<ProcessWatch> watch_;
  Moment next_look_{}, next_try_{};
  std::optional<Moment> died_, since_;
};

}  // namespace tracker::relay
