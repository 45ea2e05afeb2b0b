// What Run::log of eight scalars costs its caller, with one and with eight threads, beside the
// plain way: a line of JSON by snprintf and write(2) to an O_APPEND file. Prints nanoseconds per
// call and the ratio of the two. Usage: log_call_bench [calls per thread]
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <tracker/run.hpp>

namespace {

std::int64_t now_ns() {
  timespec t;
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

struct Percentiles {
  double p50, p99, p999, max, mean;
};

using Call = std::function<void(int thread, std::int64_t step)>;

// A step of a training loop takes milliseconds; 2 µs of work between calls keep the disk from being
// the measure.
void work() {
  const std::int64_t until = now_ns() + 2'000;
  while (now_ns() < until) {
  }
}

Percentiles measure(int threads, std::int64_t calls, const Call& call) {
  std::vector<std::vector<std::uint32_t>> times(static_cast<std::size_t>(threads));
  std::latch ready(threads);
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      auto& mine = times[static_cast<std::size_t>(t)];
      mine.assign(static_cast<std::size_t>(calls), 0);
      for (std::int64_t i = 0; i < 1000; ++i) call(t, i);
      ready.arrive_and_wait();
      for (std::int64_t i = 0; i < calls; ++i) {
        work();
        const std::int64_t before = now_ns();
        call(t, i);
        mine[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(now_ns() - before);
      }
    });
  }
  running.clear();
  std::vector<std::uint32_t> all;
  for (const auto& mine : times) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double q) {
    return double(all[static_cast<std::size_t>(q * double(all.size() - 1))]);
  };
  double sum = 0;
  for (const std::uint32_t t : all) sum += t;
  return {at(0.5), at(0.99), at(0.999), double(all.back()), sum / double(all.size())};
}

void print(const char* name, int threads, const Percentiles& p) {
  std::printf("%-12s %d thread%s  p50 %6.0f  p99 %7.0f  p99.9 %8.0f  max %10.0f  mean %7.0f ns\n",
              name, threads, threads == 1 ? " " : "s", p.p50, p.p99, p.p999, p.max, p.mean);
}

// The clock's own cost is in every figure; it is printed so that it can be subtracted.
double clock_cost() {
  std::vector<std::int64_t> times(100'000);
  for (auto& t : times) {
    const std::int64_t before = now_ns();
    t = now_ns() - before;
  }
  std::sort(times.begin(), times.end());
  return double(times[times.size() / 2]);
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

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t calls = argc > 1 ? std::atoll(argv[1]) : 200'000;
  char name[] = "/tmp/tracker-bench-XXXXXX";
  const std::filesystem::path directory = ::mkdtemp(name);
  std::printf("clock: %.0f ns are in each figure\n", clock_cost());
  for (const int threads : {1, 8}) {
    Percentiles ours{}, plain{};
    {
      tracker::RunSettings settings;
      settings.project = "bench";
      settings.directory = directory;
      settings.offline = true;
      settings.capture_console = settings.capture_git = false;
      settings.system_interval = std::chrono::milliseconds(0);
      tracker::Run run = tracker::Run::start(settings);
      ours = measure(threads, calls / threads, [&run](int, std::int64_t step) {
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
      });
      if (run.dropped_rows() > 0)
        std::printf("dropped %llu rows\n", static_cast<unsigned long long>(run.dropped_rows()));
    }
    const int fd =
        ::open((directory / "plain.jsonl").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
    plain =
        measure(threads, calls / threads, [fd](int, std::int64_t step) { plain_log(fd, step); });
    ::close(fd);
    print("Run::log", threads, ours);
    print("JSON+write", threads, plain);
    std::printf("%-12s %d thread%s  p50 %5.1fx  p99 %5.1fx  p99.9 %5.1fx  mean %5.1fx faster\n",
                "ratio", threads, threads == 1 ? " " : "s", plain.p50 / ours.p50,
                plain.p99 / ours.p99, plain.p999 / ours.p999, plain.mean / ours.mean);
  }
  std::filesystem::remove_all(directory);
}
