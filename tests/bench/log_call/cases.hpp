#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// Calls timed one by one, with what the operating system did to the worst of them.
namespace log_call {

struct Case {
  int threads = 1;
  std::int64_t calls = 20'000;          // of each thread
  std::chrono::nanoseconds between{0};  // work between two calls; 0: back to back
  bool sleep_between = false;           // sleeps instead of working: a paced loop
};

// Nanoseconds. `own_max` leaves out the calls in which the thread had to give its core to another:
// what is left is the code's own doing. The others are counted in `preempted`.
struct Figures {
  double p50 = 0, p99 = 0, p999 = 0, max = 0, own_max = 0;
  // Of the calls over 20 µs: how many waited for a core, waited for something else (a lock, the
  // disk), or took page faults; a call may be in two.
  std::int64_t slow = 0, preempted = 0, blocked = 0, faulted = 0;
  std::int64_t cpu_of_max = 0;  // what the worst call had of a core
};

using Call = std::function<void(int thread, std::int64_t step)>;

std::int64_t now_ns();
// What two looks at the clock take: it is in each figure.
double clock_cost();
Figures measure(const Case& of, const Call& call);
void print(const std::string& name, const Figures& figures);

}  // namespace log_call
