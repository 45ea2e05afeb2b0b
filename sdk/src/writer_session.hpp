#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include <tracker/run.hpp>

#include "capture/console.hpp"
#include "spool/control.hpp"
#include "spool/layout.hpp"
#include "spool/writer.hpp"

namespace tracker {

// The part a process has in a run: its writer, its relay, and what it captures. A process that was
// forked from another has a session of its own; its parent's must not be touched.
class WriterSession {
 public:
  struct Options {
    std::filesystem::path root;  // tracker directory
    spool::WriterInfo info;
    spool::RunStart start;
    RunSettings settings;
  };

  // Makes the spool and writes RunStart, starts the relay (or notes why it could not). Throws
  // Error.
  explicit WriterSession(const Options& options);
  ~WriterSession();
  WriterSession(const WriterSession&) = delete;
  WriterSession& operator=(const WriterSession&) = delete;

  // Begins to capture console and system metrics, as the settings say.
  void capture();

  void log(std::span<const Scalar> scalars, std::int64_t step) noexcept;
  void append(const spool::Record& record) noexcept { writer_.append(record); }
  // Counts what could not be made a record of; `why` as Writer::count_drop() takes it.
  void count_drop(const char* why) noexcept { writer_.count_drop(why); }

  // Stops the captures, writes Finish, closes the log, waits for the acknowledgement up to
  // `timeout`. Once.
  bool finish(const spool::Finish& finish, std::chrono::milliseconds timeout);

  const std::filesystem::path& directory() const noexcept { return directory_; }
  const spool::Control& control() const noexcept { return control_; }
  std::uint64_t dropped() const noexcept { return writer_.dropped(); }

 private:
  void start_relay();
  // Starts another relay when the one that delivered has died (the kernel was out of memory, say).
  void keep_relay();
  // The threads: housekeeping, of every process of the run; system metrics and what differs from
  // the commit, of the one that began.
  void keep(const std::stop_token& stop);
  void warn(const std::string& line) noexcept;
  // Of the process that began the run: what differs from the commit, as media "code/diff.patch".
  void capture_diff() noexcept;
  void sample_system(const std::stop_token& stop);
  void append_console(const capture::ConsoleLine& line) noexcept;
  void end_threads() noexcept;
  void pause_until(const std::stop_token& stop, std::chrono::steady_clock::time_point due);
  bool wait_for_ack(spool::Offset end, std::chrono::milliseconds timeout) const;

  const Options options_;
  const std::filesystem::path directory_;
  const std::uint64_t serial_;  // of this session in this process; 0 is none
  std::atomic<int> warn_fd_{2};
  spool::Writer writer_;
  spool::Control control_;
  std::chrono::steady_clock::time_point relay_started_;
  std::unique_ptr<capture::ConsoleCapture> console_;
  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  std::jthread keeper_, sampler_, differ_;
};

}  // namespace tracker
