// What Run::log of eight scalars costs its caller: one thread, as many as there are cores, and
// eight; back to back, with 20 µs of work between calls for some seconds (so that segments turn
// over and the log's own sync runs), and one call per 10 ms as a training loop has it; each also
// with another thread that writes to the same disk and syncs without pause. Beside it the plain
// way, a line of JSON by snprintf and write(2) to an O_APPEND file, and the floor: the eight
// numbers copied into memory, which is the least that any logger does. And how long Run::start
// takes.
//
//   log_call_bench [--seconds 5]     of each long case
//   peers.py VENV                    the same calls by the Python clients of other trackers
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <tracker/run.hpp>

#include "cases.hpp"

namespace {

using log_call::Case;
using log_call::now_ns;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

tracker::Run start_run(const fs::path& directory) {
  tracker::RunSettings settings;
  settings.project = "bench";
  settings.directory = directory;
  settings.offline = true;
  settings.capture_console = settings.capture_git = false;
  settings.system_interval = std::chrono::milliseconds(0);
  return tracker::Run::start(settings);
}

void log_eight(tracker::Run& run, std::int64_t step) {
  const double v = 0.001 * double(step);
  run.log({{"train/loss", v},
           {"train/accuracy", v},
           {"train/learning_rate", v},
           {"train/grad_norm", v},
           {"train/epoch", v},
           {"perf/samples_per_s", v},
           {"perf/step_ms", v},
           {"perf/tokens_per_s", v}},
          step);
}

void plain_log(int fd, std::int64_t step) {
  char line[512];
  const double v = 0.001 * double(step);
  const int n = std::snprintf(
      line, sizeof line,
      "{\"step\":%lld,\"time\":%lld,\"train/loss\":%.17g,\"train/accuracy\":%.17g,"
      "\"train/learning_rate\":%.17g,\"train/grad_norm\":%.17g,\"train/epoch\":%.17g,"
      "\"perf/samples_per_s\":%.17g,\"perf/step_ms\":%.17g,\"perf/tokens_per_s\":%.17g}\n",
      static_cast<long long>(step), static_cast<long long>(now_ns()), v, v, v, v, v, v, v, v);
  static_cast<void>(!::write(fd, line, static_cast<std::size_t>(n)));
}

// Eight numbers to the next place of a ring that no cache holds. Its pages are there from the
// start, and threads' rings share no cache line.
class alignas(64) Ring {
 public:
  void put(std::int64_t step) {
    const double v = 0.001 * double(step);
    std::fill_n(numbers_.begin() + static_cast<std::ptrdiff_t>(next_), 8, v);
    next_ = (next_ + 8) % numbers_.size();
  }

 private:
  std::vector<double> numbers_ = std::vector<double>(std::size_t{8} << 20, 1.0);
  std::size_t next_ = 0;
};

// Keeps the disk of `directory` busy, as whoever writes checkpoints does: 4 MB and fdatasync, over
// and over.
std::jthread write_and_sync(const fs::path& directory) {
  return std::jthread([file = directory / "checkpoint"](const std::stop_token& stop) {
    const std::string block(4u << 20, 'x');
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (!stop.stop_requested()) {
      if (::pwrite(fd, block.data(), block.size(), 0) < 0) break;
      ::fdatasync(fd);
    }
    ::close(fd);
  });
}

void print_start(const fs::path& directory) {
  std::vector<std::int64_t> took(20);
  for (auto& ns : took) {
    const std::int64_t before = now_ns();
    tracker::Run run = start_run(directory);
    ns = now_ns() - before;
  }
  std::sort(took.begin(), took.end());
  std::printf("Run::start  median %.2f ms, worst of %zu %.2f ms\n",
              double(took[took.size() / 2]) / 1e6, took.size(), double(took.back()) / 1e6);
}

void compare(const std::string& name, const Case& of, const fs::path& directory) {
  const std::string label =
      name + ", " + std::to_string(of.threads) + " thread" + (of.threads == 1 ? "" : "s");
  for (const bool busy : {false, true}) {
    tracker::Run run = start_run(directory);
    std::optional<std::jthread> sync;
    if (busy) sync = write_and_sync(directory);
    log_call::print(label + (busy ? ", busy disk" : ""),
                    log_call::measure(of, [&](int, std::int64_t step) { log_eight(run, step); }));
    sync.reset();
    if (run.dropped_rows() > 0)
      std::printf("dropped %llu rows\n", static_cast<unsigned long long>(run.dropped_rows()));
  }
  const int fd =
      ::open((directory / "plain.jsonl").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
  log_call::print("  JSON and write",
                  log_call::measure(of, [fd](int, std::int64_t step) { plain_log(fd, step); }));
  ::close(fd);
  std::vector<Ring> rings(static_cast<std::size_t>(of.threads));
  log_call::print("  numbers copied", log_call::measure(of, [&](int thread, std::int64_t step) {
                    rings[static_cast<std::size_t>(thread)].put(step);
                  }));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures what Run::log costs its caller, beside a JSON line written");
  std::int64_t seconds = 5;
  app.add_option("--seconds", seconds, "of each long case")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  char name[] = "/tmp/tracker-bench-XXXXXX";
  const fs::path directory = ::mkdtemp(name);
  std::printf("clock: %.0f ns are in each figure\n", log_call::clock_cost());
  print_start(directory);
  std::vector<int> threads = {1, static_cast<int>(std::thread::hardware_concurrency()), 8};
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
  for (const int n : threads) {
    compare("back to back", {.threads = n, .calls = 20'000, .between = 0ns, .sleep_between = false},
            directory);
    compare("20 us apart",
            {.threads = n, .calls = seconds * 40'000 / n, .between = 20us, .sleep_between = false},
            directory);
    compare("10 ms apart",
            {.threads = n, .calls = seconds * 100, .between = 10ms, .sleep_between = true},
            directory);
  }
  fs::remove_all(directory);
}
