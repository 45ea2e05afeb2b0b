#include "src/writer_session.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/clock.hpp"
#include "base/quiet_thread.hpp"
#include "capture/git.hpp"
#include "capture/system_sampler.hpp"
#include "spool/release.hpp"
#include "src/relay_process.hpp"

namespace tracker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFewScalars = 64;  // in a row that needs no memory
constexpr std::chrono::seconds kOfflineGrace{2}, kRelayStart{5}, kRelayLook{10};

std::atomic<std::uint64_t> next_serial{1};

spool::WriterOptions writer_options(const WriterSession::Options& options,
                                    const std::filesystem::path& directory) {
  spool::WriterOptions out;
  out.directory = directory;
  out.run_id = options.info.run_id;
  out.writer_id = options.info.writer_id;
  return out;
}

// The keys of the last row this thread logged. Loops log the same keys in the same order, so the
// i-th key is likely the i-th of the row before, and comparing it is cheaper than a look-up.
struct RowHint {
  std::uint64_t session = 0;
  std::array<const spool::KeyEntry*, kFewScalars> keys{};
};
thread_local RowHint hint;

}  // namespace

WriterSession::WriterSession(const Options& options)
    : options_(options),
      directory_(
          spool::writer_directory(options.root, options.info.run_id, options.info.writer_id)),
      serial_(next_serial.fetch_add(1)),
      writer_([&] {
        spool::WriterOptions out = writer_options(options_, directory_);
        out.warn = [this](const std::string& line) { warn(line); };
        return out;
      }()),
      control_(directory_) {
  control_.set_writer_pid(::getpid());
  spool::write_info(directory_, options_.info);
  writer_.append(options_.start);
  start_relay();
  keeper_ = base::start_quiet_thread("tracker-keeper",
                                     [this](const std::stop_token& stop) { keep(stop); });
}

WriterSession::~WriterSession() {
  if (console_) console_->stop();
  end_threads();
  writer_.close();
}

void WriterSession::end_threads() noexcept {
  for (std::jthread* thread : {&keeper_, &sampler_, &differ_}) {
    thread->request_stop();
    if (thread->joinable()) thread->join();
  }
}

void WriterSession::pause_until(const std::stop_token& stop, Clock::time_point due) {
  std::unique_lock lock(wake_mutex_);
  wake_.wait_until(lock, stop, due, [] { return false; });
}

void WriterSession::keep(const std::stop_token& stop) {
  spool::remove_delivered(options_.root);
  while (!stop.stop_requested()) {
    pause_until(stop, Clock::now() + kRelayLook);
    if (!stop.stop_requested()) keep_relay();
  }
}

void WriterSession::start_relay() {
  using spool::RelayState;
  if (options_.settings.offline) {
    control_.set_relay(RelayState::kOffline,
                       "the run was started offline: `tracker sync` delivers it");
    return;
  }
  const auto program = find_program("tracker-relay", options_.settings.relay);
  if (!program) {
    control_.set_relay(
        RelayState::kOffline,
        "no program tracker-relay beside this one or in $PATH: install it, then `tracker sync`");
    return;
  }
  control_.set_relay(RelayState::kStarting, "");
  relay_started_ = Clock::now();
  if (const int error = tracker::start_relay({*program, directory_, options_.info.server});
      error != 0) {
    control_.set_relay(RelayState::kOffline, "cannot start " + program->string() + ": " +
                                                 std::strerror(error) +
                                                 "; `tracker sync` delivers the run");
  }
}

// Only one that was online is looked for: asking for its lock wakes a relay that waits for its next
// attempt, and thousands of them are to wait.
void WriterSession::keep_relay() {
  if (control_.relay() == spool::RelayState::kOnline && !spool::RelayLock::is_held(directory_))
    start_relay();
}

// Never waits: a terminal that is held up must not hold up the spool.
void WriterSession::warn(const std::string& line) noexcept {
  const int fd = warn_fd_.load();
  pollfd ready{fd, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
  try {
    const std::string text = line + "\n";
    static_cast<void>(!::write(fd, text.data(), text.size()));
  } catch (const std::exception&) {
    return;  // no memory for a warning
  }
}

void WriterSession::capture() {
  if (options_.settings.capture_console && options_.settings.rank.value_or(0) == 0) {
    console_ = capture::ConsoleCapture::start(
        [this](const capture::ConsoleLine& line) { append_console(line); });
    if (console_ && console_->original_stderr() >= 0) warn_fd_.store(console_->original_stderr());
  }
  if (options_.settings.capture_git && options_.settings.rank.value_or(0) == 0)
    differ_ = base::start_quiet_thread("tracker-diff",
                                       [this](const std::stop_token&) { capture_diff(); });
  if (options_.settings.system_interval.count() > 0) {
    sampler_ = base::start_quiet_thread(
        "tracker-system", [this](const std::stop_token& stop) { sample_system(stop); });
  }
}

void WriterSession::capture_diff() noexcept {
  try {
    if (const auto diff = capture::read_diff(std::filesystem::current_path()))
      writer_.append(
          spool::Media{"code/diff.patch", "text", 0, base::now_us(), "text/plain", "{}", *diff});
  } catch (const std::exception&) {
    return;  // no directory any more, or no memory: the run goes on without
  }
}

void WriterSession::append_console(const capture::ConsoleLine& line) noexcept {
  try {
    writer_.append(spool::Console{line.stream == capture::Stream::kStdout
                                      ? spool::ConsoleStream::kStdout
                                      : spool::ConsoleStream::kStderr,
                                  line.number, base::now_us(), line.text});
  } catch (const std::exception&) {
    count_drop(spool::kNoMemory);
  }
}

void WriterSession::sample_system(const std::stop_token& stop) {
  capture::SystemSampler sampler(directory_);
  std::vector<spool::KeyValue> values;
  const int rank = options_.settings.rank.value_or(0);
  const std::string prefix = rank > 0 ? "rank" + std::to_string(rank) + "/" : "";
  auto due = Clock::now();
  while (!stop.stop_requested()) {
    values.clear();
    for (const capture::Metric& metric : sampler.sample()) {
      if (const auto key = writer_.key(prefix + metric.key)) values.push_back({*key, metric.value});
    }
    writer_.append({.step = std::nullopt, .time_us = base::now_us(), .values = values});
    due += options_.settings.system_interval;
    pause_until(stop, due);
    due = std::max(due,
                   Clock::now() - options_.settings.system_interval);  // after a suspend: no burst
  }
}

void WriterSession::log(std::span<const Scalar> scalars, std::int64_t step) noexcept {
  // Bytes, since an array of values would be cleared first.
  alignas(spool::KeyValue) std::byte few[kFewScalars * sizeof(spool::KeyValue)];
  std::vector<spool::KeyValue> many;
  auto* values = reinterpret_cast<spool::KeyValue*>(few);
  if (scalars.size() > kFewScalars) [[unlikely]] {
    try {
      many.resize(scalars.size());
    } catch (const std::exception&) {
      return count_drop(spool::kNoMemory);
    }
    values = many.data();
  }
  if (hint.session != serial_) [[unlikely]]
    hint = {serial_, {}};
  std::size_t n = 0;
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    const Scalar& scalar = scalars[i];
    const spool::KeyEntry* key = i < kFewScalars ? hint.keys[i] : nullptr;
    if (key == nullptr || !key->is(scalar.key)) [[unlikely]] {
      if (!writer_.key(scalar.key)) continue;
      key = writer_.find_key(scalar.key);
      if (i < kFewScalars) hint.keys[i] = key;
    }
    new (&values[n++]) spool::KeyValue{key->id, scalar.value};
  }
  if (n == 0) return;
  writer_.append({.step = step, .time_us = base::now_us(), .values = {values, n}});
}

bool WriterSession::finish(const spool::Finish& finish, std::chrono::milliseconds timeout) {
  if (console_) console_->stop();
  warn_fd_.store(2);
  end_threads();
  writer_.ask_for_room();
  const auto end = writer_.append(finish);
  writer_.close();
  keep_relay();
  return end && wait_for_ack(*end, timeout);
}

// Gives up early when nothing is to be expected: refused, or no relay, or no server for a while.
bool WriterSession::wait_for_ack(spool::Offset end, std::chrono::milliseconds timeout) const {
  using spool::RelayState;
  const auto deadline = Clock::now() + timeout;
  auto offline_since = Clock::time_point::max();
  auto pause = std::chrono::milliseconds(1);
  while (control_.acked() < end) {
    const auto now = Clock::now();
    const RelayState state = control_.relay();
    if (now >= deadline || state == RelayState::kRefused || relay_started_ == Clock::time_point{})
      return false;
    if (state != RelayState::kOffline)
      offline_since = Clock::time_point::max();
    else if (offline_since == Clock::time_point::max())
      offline_since = now;
    else if (now - offline_since > kOfflineGrace)
      return false;
    if (now - relay_started_ > kRelayStart && !spool::RelayLock::is_held(directory_)) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace tracker
