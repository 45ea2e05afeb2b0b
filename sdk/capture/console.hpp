#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

// Copies what this process and its children write to stdout and stderr, line by line, while it
// still goes where it went before.
namespace tracker::capture {

enum class Stream { kStdout, kStderr };

// A line, or what is known of it: a line is given again under its number when it was not ended (a
// prompt, a progress bar drawn with \r), and the later text replaces the earlier.
struct ConsoleLine {
  Stream stream;
  std::uint64_t number;  // from 0 for each stream
  std::string text;  // without its end; any bytes; at most kMaxLineBytes, the rest is the next line
};
inline constexpr std::size_t kMaxLineBytes = 64u << 10;

// Descriptors 1 and 2 are replaced by a pipe, or by a pseudo-terminal where they were a terminal,
// so that isatty() and the width of progress bars stay as they were. A thread passes everything on
// to the old descriptor and then to `sink`.
//
// - A slow terminal slows the program, as it did before; nothing else is held up.
// - The tail: stop(), exit() and a fatal signal that the program does not handle itself (SIGSEGV,
// SIGABRT, SIGTERM, …)
//   wait up to 2 s (0.2 s in a signal) until all is passed on. _exit() and SIGKILL may lose what
//   the thread had not read, microseconds as a rule.
// - After fork() the child writes to the old descriptors directly and is not captured (its copy of
// the object is dead). A program started by exec is.
//   One that outlives this process loses its output, as behind any pipe: redirect it.
//
// One capture at a time in a process. start() and stop() are for one thread.
class ConsoleCapture {
 public:
  using Sink = std::function<void(const ConsoleLine&)>;  // called from the capture's thread, never
                                                         // after stop()

  // Nothing if a capture is active, or neither descriptor can be replaced.
  static std::unique_ptr<ConsoleCapture> start(Sink sink);
  ~ConsoleCapture();  // stop()
  ConsoleCapture(const ConsoleCapture&) = delete;
  ConsoleCapture& operator=(const ConsoleCapture&) = delete;

  // Puts the old descriptors back, passes on what was written before, ends the last lines.
  // Idempotent.
  void stop();

  // Where stderr went before: for lines that must not come back as captured ones. -1 if it is not
  // captured.
  int original_stderr() const noexcept;

 private:
  struct State;
  explicit ConsoleCapture(std::shared_ptr<State> state);
  static bool register_hooks();
  void put_back() noexcept;

  static std::atomic<ConsoleCapture*> active;
  std::shared_ptr<State>
      state_;  // shared with the thread, which may outlast us for the sake of child processes
};

}  // namespace tracker::capture
