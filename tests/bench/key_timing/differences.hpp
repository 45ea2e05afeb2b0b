#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// Times of the same work over several kinds of input, taken so that what else the machine does
// meets all kinds alike, and compared.
namespace key_timing {

struct Kind {
  std::string name;
  std::vector<std::string> inputs;  // each call takes the next one
};
struct Plan {
  std::size_t blocks = 400;
  std::size_t calls = 25;   // of each kind in a block, in an order that is drawn anew each time
  std::size_t repeats = 1;  // of the work in one timed call, for work of nanoseconds
  std::uint64_t seed = 1;
};
// Nanoseconds of one piece of work.
struct Difference {
  std::string name;
  double median = 0;      // of the medians of blocks
  double difference = 0;  // median over the blocks of (median of this kind - median of the first)
  double low = 0, high = 0;  // its 95 % confidence interval, by order statistics: no assumption on
                             // how times are spread
};

// One entry a kind, in their order; the first is compared with itself (0). One thread.
std::vector<Difference> compare(const std::vector<Kind>& kinds,
                                const std::function<void(const std::string&)>& work,
                                const Plan& plan);

}  // namespace key_timing
