#include "cli/sync_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/text.hpp"

namespace tracker::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{100}, kPlainLine{2000};

double seconds(std::chrono::milliseconds elapsed) {
  return static_cast<double>(elapsed.count()) / 1000;
}

std::uint64_t rate(const SyncTotals& totals) {
  return static_cast<std::uint64_t>(static_cast<double>(totals.sent) /
                                    std::max(seconds(totals.elapsed), 0.001));
}

}  // namespace

std::string progress_line(const SyncTotals& t) {
  const int done = t.delivered + t.live + t.failed + t.left;
  std::string line =
      fmt::format("{} of {} spool{}  {} of {}  {}/s", done, t.spools, t.spools == 1 ? "" : "s",
                  bytes_text(t.sent), bytes_text(t.bytes), bytes_text(rate(t)));
  if (t.sent > 0 && t.sent < t.bytes) {
    line +=
        fmt::format("  {} left", duration_text(static_cast<double>(t.bytes - t.sent) /
                                               static_cast<double>(t.sent) * seconds(t.elapsed)));
  }
  return line;
}

std::string summary_line(const SyncTotals& t) {
  if (t.delivered + t.live + t.failed + t.left == 0) return "nothing to deliver";
  std::string line =
      fmt::format("{} delivered, {} still running, {} failed", t.delivered, t.live, t.failed);
  if (t.left > 0) line += fmt::format(", {} left", t.left);
  line += fmt::format("; {} in {}", bytes_text(t.sent), duration_text(seconds(t.elapsed)));
  if (t.sent > 0) line += fmt::format(" ({}/s)", bytes_text(rate(t)));
  return line;
}

SyncProgress::SyncProgress(Options options)
    : options_(std::move(options)),
      started_(options_.now()),
      next_draw_(started_ + (options_.terminal ? kRedraw : kPlainLine)) {}

void SyncProgress::begin(const std::vector<SyncJob>& jobs) {
  const std::lock_guard lock(mutex_);
  totals_.spools += static_cast<int>(jobs.size());
  for (const SyncJob& job : jobs) {
    acked_[job.directory] = job.acked;
    totals_.bytes += job.end - job.acked;
  }
}

// A server may know less than its last word said (its database was restored), and a log may grow
// while it is sent: then there is more to send than was seen.
void SyncProgress::acked(const SyncJob& job, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& before = acked_[job.directory];
  if (offset > before) totals_.sent += offset - before;
  before = offset;
  totals_.bytes = std::max(totals_.bytes, totals_.sent);
}

void SyncProgress::result(const SyncJob& job, const SyncResult& result) {
  const std::lock_guard lock(mutex_);
  const std::string what = printable(job.name) + " (" + printable(job.project) + ")";
  switch (result.kind) {
    case SyncResult::Kind::kDelivered:
      ++totals_.delivered;
      return line("delivered  " + what);
    case SyncResult::Kind::kLive:
      ++totals_.live;
      return line("still running, sent so far  " + what);
    case SyncResult::Kind::kLeft:
      ++totals_.left;
      return line("left  " + what);
    case SyncResult::Kind::kUndelivered:
      ++totals_.failed;
      wipe();
      return options_.complain(what + ": " + result.message);
  }
}

void SyncProgress::failed(const std::string& what, int spools) {
  const std::lock_guard lock(mutex_);
  totals_.failed += spools;
  totals_.spools += spools;
  wipe();
  options_.complain(what);
}

void SyncProgress::draw() {
  const std::lock_guard lock(mutex_);
  const auto now = options_.now();
  if (now < next_draw_) return;
  next_draw_ = now + (options_.terminal ? kRedraw : kPlainLine);
  const std::string text = progress_line(totals());
  if (!options_.terminal) return line(text);
  options_.write("\r\x1b[K" + text.substr(0, options_.columns - 1));
  drawn_ = true;
}

SyncTotals SyncProgress::conclude() {
  const std::lock_guard lock(mutex_);
  const SyncTotals last = totals();
  line(summary_line(last));
  return last;
}

void SyncProgress::line(const std::string& text) {
  wipe();
  options_.write(text + "\n");
}

void SyncProgress::wipe() {
  if (std::exchange(drawn_, false)) options_.write("\r\x1b[K");
}

SyncTotals SyncProgress::totals() const {
  SyncTotals now = totals_;
  now.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(options_.now() - started_);
  return now;
}

}  // namespace tracker::cli
