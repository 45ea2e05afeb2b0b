#include "cases.hpp"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <latch>
#include <thread>

namespace log_call {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec t;
  ::clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

// What the kernel has counted for this thread so far.
struct Ledger {
  std::int64_t cpu, faults, gave_up_core, waited;

  static Ledger now() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return {read_clock(CLOCK_THREAD_CPUTIME_ID), usage.ru_minflt + usage.ru_majflt, usage.ru_nivcsw,
            usage.ru_nvcsw};
  }
};

struct Sample {
  std::int64_t ns, cpu;
  bool preempted, blocked, faulted;
};

void pause(const Case& of) {
  if (of.between.count() == 0) return;
  if (of.sleep_between) {
    std::this_thread::sleep_for(of.between);
    return;
  }
  const std::int64_t until = now_ns() + of.between.count();
  while (now_ns() < until) {
  }
}

// The ledger is read around each call, outside of what is timed.
void time_calls(const Case& of, int thread, const Call& call, std::vector<Sample>& samples) {
  for (std::int64_t i = 0; i < of.calls; ++i) {
    pause(of);
    const Ledger before = Ledger::now();
    const std::int64_t start = now_ns();
    call(thread, i);
    const std::int64_t ns = now_ns() - start;
    const Ledger after = Ledger::now();
    samples.push_back({ns, after.cpu - before.cpu, after.gave_up_core > before.gave_up_core,
                       after.waited > before.waited, after.faults > before.faults});
  }
}

Figures figures_of(std::vector<Sample> all) {
  constexpr std::int64_t kSlow = 20'000;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.ns < b.ns; });
  const auto at = [&](double q) {
    return double(all[static_cast<std::size_t>(q * double(all.size() - 1))].ns);
  };
  Figures f{.p50 = at(0.5),
            .p99 = at(0.99),
            .p999 = at(0.999),
            .max = double(all.back().ns),
            .own_max = 0,
            .slow = 0,
            .preempted = 0,
            .blocked = 0,
            .faulted = 0,
            .cpu_of_max = all.back().cpu};
  for (const Sample& s : all) {
    if (!s.preempted) f.own_max = std::max(f.own_max, double(s.ns));
    if (s.ns < kSlow) continue;
    ++f.slow;
    f.preempted += s.preempted;
    f.blocked += s.blocked;
    f.faulted += s.faulted;
  }
  return f;
}

}  // namespace

std::int64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }

double clock_cost() {
  std::vector<std::int64_t> times(100'000);
  for (auto& t : times) {
    const std::int64_t before = now_ns();
    t = now_ns() - before;
  }
  std::sort(times.begin(), times.end());
  return double(times[times.size() / 2]);
}

Figures measure(const Case& of, const Call& call) {
  std::vector<std::vector<Sample>> samples(static_cast<std::size_t>(of.threads));
  std::latch ready(of.threads);
  std::vector<std::jthread> running;
  for (int t = 0; t < of.threads; ++t) {
    running.emplace_back([&, t] {
      auto& mine = samples[static_cast<std::size_t>(t)];
      mine.assign(static_cast<std::size_t>(of.calls), {});  // its pages are there before the calls
      mine.clear();
      for (std::int64_t i = 0; i < 100; ++i) call(t, i);
      ready.arrive_and_wait();
      time_calls(of, t, call, mine);
    });
  }
  running.clear();
  std::vector<Sample> all;
  for (const auto& mine : samples) all.insert(all.end(), mine.begin(), mine.end());
  return figures_of(std::move(all));
}

void print(const std::string& name, const Figures& f) {
  std::printf(
      "%-34s p50 %7.0f  p99 %8.0f  p99.9 %9.0f  max %10.0f (core time %lld)  own max %9.0f ns | "
      "over 20 us %lld: no core %lld, waited %lld, page fault %lld\n",
      name.c_str(), f.p50, f.p99, f.p999, f.max, static_cast<long long>(f.cpu_of_max), f.own_max,
      static_cast<long long>(f.slow), static_cast<long long>(f.preempted),
      static_cast<long long>(f.blocked), static_cast<long long>(f.faulted));
}

}  // namespace log_call
