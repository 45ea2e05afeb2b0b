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

  // Looks, and appends when it must. From then on true: the log will not grow any more.
  bool settled();
  // When that was first seen.
  std::optional<std::chrono::steady_clock::time_point> since() const noexcept { return since_; }
  // Readable once the process is dead; -1 if that cannot be told.
  int descriptor() const noexcept { return watch_ ? watch_->descriptor() : -1; }

 private:
  bool is_dead();
  void settle();

  std::filesystem::path directory_;
  Log log_;
  std::optional<ProcessWatch> watch_;
  std::chrono::steady_clock::time_point next_look_{};
  std::optional<std::chrono::steady_clock::time_point> since_;
};

}  // namespace tracker::relay
