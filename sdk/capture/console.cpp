#include "capture/console.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "base/quiet_thread.hpp"
#include "capture/fatal_signals.hpp"
#include "capture/line_splitter.hpp"
#include "capture/redirect.hpp"

namespace tracker::capture {
namespace {

constexpr int kPartialLineMs = 500;
constexpr int kSettleMs = 20;  // for what a pseudo-terminal has taken and not yet handed on
constexpr std::chrono::seconds kStopTimeout{2};

void write_all(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      return;  // the reader of our output is gone; the program hears of it no more than before
    }
  }
}

}  // namespace

struct ConsoleCapture::State {
  struct Source {
    Redirect redirect;
    LineSplitter lines{kMaxLineBytes};
    bool open = false;
  };

  Fd wake{::eventfd(0, EFD_CLOEXEC)};
  std::array<Source, 2> sources;  // stdout, stderr
  std::atomic<bool> busy{false};  // bytes were read and not yet passed on
  std::atomic<bool> stopping{false};

  std::mutex mutex;  // guards below; held while the sink is called
  Sink sink;
  bool drained = false;
  std::condition_variable done;

  void run();
  void read_from(std::size_t which);
  void give(std::size_t which, std::uint64_t number, const std::string& text);
  void flush_lines();
  bool any_open() const { return sources[0].open || sources[1].open; }
};

void ConsoleCapture::State::give(std::size_t which, std::uint64_t number, const std::string& text) {
  const std::lock_guard lock(mutex);
  if (sink) sink({which == 0 ? Stream::kStdout : Stream::kStderr, number, text});
}

void ConsoleCapture::State::read_from(std::size_t which) {
  Source& source = sources[which];
  char bytes[16 << 10];
  busy.store(true);
  const ssize_t n = ::read(source.redirect.reader.get(), bytes, sizeof bytes);
  if (n > 0) {
    const std::string_view got(bytes, static_cast<std::size_t>(n));
    write_all(source.redirect.original.get(), got);
    source.lines.add(
        got, [&](std::uint64_t number, const std::string& text) { give(which, number, text); });
  } else if (n == 0 || errno != EINTR) {
    source.open = false;  // end of file, or EIO: the last writer of a pseudo-terminal is gone
  }
  busy.store(false);
}

void ConsoleCapture::State::flush_lines() {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    sources[i].lines.flush(
        [&](std::uint64_t number, const std::string& text) { give(i, number, text); });
  }
}

void ConsoleCapture::State::run() {
  using Clock = std::chrono::steady_clock;
  auto flushed = Clock::now();
  bool woken = false, finished = false;
  while (any_open() || !finished) {
    pollfd polled[3] = {{sources[0].open ? sources[0].redirect.reader.get() : -1, POLLIN, 0},
                        {sources[1].open ? sources[1].redirect.reader.get() : -1, POLLIN, 0},
                        {woken ? -1 : wake.get(), POLLIN, 0}};
    const bool draining = woken && !finished;
    const int n = ::poll(polled, 3, draining ? kSettleMs : finished ? -1 : kPartialLineMs);
    if (n < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < 2; ++i) {
      if (polled[i].revents != 0) read_from(i);
    }
    woken = woken || (n > 0 && polled[2].revents != 0);
    if (draining && (n == 0 || !any_open())) {
      flush_lines();
      const std::lock_guard lock(mutex);
      sink = nullptr;
      finished = drained = true;
      done.notify_all();
    }
    if (!finished && Clock::now() - flushed > std::chrono::milliseconds(kPartialLineMs)) {
      for (const Source& source : sources) source.redirect.copy_window_size();
      flush_lines();
      flushed = Clock::now();
    }
  }
}

std::atomic<ConsoleCapture*> ConsoleCapture::active{nullptr};

// exit() while a capture is active must not lose the tail; the child after fork() has no thread
// that passes it on.
bool ConsoleCapture::register_hooks() {
  std::atexit([] {
    if (ConsoleCapture* capture = active.load()) capture->stop();
  });
  ::pthread_atfork(nullptr, nullptr, [] {
    ConsoleCapture* capture = active.exchange(nullptr);
    if (capture == nullptr) return;
    capture->state_->stopping.store(true);
    capture->put_back();
    unwatch_fatal_signals();
  });
  return true;
}

ConsoleCapture::ConsoleCapture(std::shared_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<ConsoleCapture> ConsoleCapture::start(Sink sink) {
  if (active.load() != nullptr) return nullptr;
  auto state = std::make_shared<State>();
  if (!state->wake) return nullptr;
  state->sink = std::move(sink);
  std::fflush(nullptr);
  for (int i = 0; i < 2; ++i) {
    if (auto made = Redirect::begin(i + 1)) {
      state->sources[static_cast<std::size_t>(i)].redirect = std::move(*made);
      state->sources[static_cast<std::size_t>(i)].open = true;
    }
  }
  if (!state->any_open()) return nullptr;
  std::unique_ptr<ConsoleCapture> made(new ConsoleCapture(state));
  active.store(made.get());
  static const bool registered = register_hooks();
  static_cast<void>(registered);
  try {
    base::start_quiet_thread("tracker-console", [state] { state->run(); }).detach();
  } catch (const std::exception&) {
    made->put_back();
    made->state_->stopping.store(true);  // nobody to wait for
    active.store(nullptr);
    return nullptr;
  }
  watch_fatal_signals({state->sources[0].redirect.reader.get(),
                       state->sources[1].redirect.reader.get(), &state->busy});
  return made;
}

ConsoleCapture::~ConsoleCapture() { stop(); }

void ConsoleCapture::stop() {
  if (state_->stopping.exchange(true)) return;
  std::fflush(nullptr);
  put_back();
  const std::uint64_t one = 1;
  static_cast<void>(!::write(state_->wake.get(), &one, sizeof one));
  {
    std::unique_lock lock(state_->mutex);
    // Longer only if whoever reads our output does not: then the thread goes on alone.
    state_->done.wait_for(lock, kStopTimeout, [this] { return state_->drained; });
    state_->sink = nullptr;
  }
  unwatch_fatal_signals();
  active.store(nullptr);
}

void ConsoleCapture::put_back() noexcept {
  for (const State::Source& source : state_->sources) {
    if (source.redirect.original) source.redirect.put_back();
  }
}

int ConsoleCapture::original_stderr() const noexcept {
  return state_->sources[1].redirect.original.get();
}

}  // namespace tracker::capture
