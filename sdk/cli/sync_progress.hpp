#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/sync_spools.hpp"

namespace tracker::cli {

// How far `tracker sync` is, all spools together. Bytes are those of the logs.
struct SyncTotals {
  int spools = 0, delivered = 0, live = 0, failed = 0, left = 0;
  std::uint64_t bytes = 0, sent = 0;  // there were to send; acknowledged since
  std::chrono::milliseconds elapsed{0};
};

// "3 of 12 spools  45.2 MB of 103.0 MB  12.3 MB/s  4.7s left"
std::string progress_line(const SyncTotals& totals);
// "9 delivered, 1 still running, 0 failed, 2 left; 103.0 MB in 8.2s (12.5 MB/s)"
std::string summary_line(const SyncTotals& totals);

// What is shown of it: a line for each spool that is done, and the totals, which on a terminal are
// one line that is drawn again and again, and elsewhere a line every two seconds while it lasts.
// Any thread.
class SyncProgress {
 public:
  using Clock = std::chrono::steady_clock;
  struct Options {
    bool terminal = false;
    std::size_t columns = 80;                        // of the terminal
    std::function<void(std::string_view)> write;     // to stdout; what it throws is passed on
    std::function<void(std::string_view)> complain;  // a line to stderr
    std::function<Clock::time_point()> now = Clock::now;
  };
  explicit SyncProgress(Options options);

  void begin(const std::vector<SyncJob>& jobs);
  void acked(const SyncJob& job, std::uint64_t offset);
  void result(const SyncJob& job, const SyncResult& result);
  void failed(const std::string& what, int spools);
  void draw();  // called now and then
  // Wipes the line of totals and says the summary. Called once, at the end.
  SyncTotals conclude();

 private:
  void line(const std::string& text);
  void wipe();
  SyncTotals totals() const;

  const Options options_;
  std::mutex mutex_;
  SyncTotals totals_;
  std::map<std::filesystem::path, std::uint64_t> acked_;
  Clock::time_point started_, next_draw_;
  bool drawn_ = false;
};

}  // namespace tracker::cli
