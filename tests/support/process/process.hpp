#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace test_support {

struct ProcessOptions {
  std::vector<std::string> command;                // command[0] is a path
  std::map<std::string, std::string> environment;  // added to ours
  std::filesystem::path directory;                 // empty: ours
  // A file that its stderr is appended to, for a program that says more than a pipe holds while
  // nobody reads; errors() has it after the end. Empty: a pipe.
  std::filesystem::path errors_to = {};
};

struct ExitStatus {
  int code = -1;   // exit code; -1 if a signal ended it
  int signal = 0;  // 0 if it exited
};

// A child process with its three streams piped to us. The destructor kills and reaps it. One thread
// owns it.
class Process {
 public:
  explicit Process(const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const noexcept { return pid_; }
  void write(const std::string& text);  // to its stdin
  void close_stdin();
  // The next line of its stdout without the line end; nullopt at its end. Throws after `timeout`.
  std::optional<std::string> read_line(std::chrono::seconds timeout = std::chrono::seconds(60));
  void kill(int signal);
  // Reads what is left of both streams and reaps. Throws after `timeout`.
  ExitStatus wait(std::chrono::seconds timeout = std::chrono::seconds(120));
  bool running();
  // All that was read so far.
  const std::string& output() const noexcept { return output_; }
  const std::string& errors() const noexcept { return errors_; }

 private:
  void pump(std::chrono::steady_clock::time_point deadline, const std::function<bool()>& done);
  void drain(int& fd, std::string& into);
  void reap(int options);

  pid_t pid_ = -1;
  int stdin_ = -1, stdout_ = -1, stderr_ = -1, pidfd_ = -1;
  std::string output_, errors_;
  std::filesystem::path errors_to_;
  std::size_t line_start_ = 0;
  std::optional<ExitStatus> status_;
};

struct Result {
  ExitStatus status;
  std::string output, errors;
};

// Runs a command to its end with `input` on stdin.
Result run(const ProcessOptions& options, const std::string& input = {},
           std::chrono::seconds timeout = std::chrono::seconds(120));

// Waits until a file of this name exists in its (existing) folder, told by the kernel. Throws after
// `timeout`, or when `process` ends first, with its error output.
void wait_for_file(const std::filesystem::path& file, Process& process,
                   std::chrono::seconds timeout = std::chrono::seconds(60));

}  // namespace test_support
