#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

// What is logged: kinds of data that differ in how much there is to know about them. Pure; the same
// values in each run of the program.
namespace tracker::bench {

// Values of one key, step by step.
using Values = std::function<double(std::int64_t step, std::mt19937_64& random)>;

struct Kind {
  std::string name;
  bool system = false;  // logged as system metrics: without steps
  std::vector<Values> keys;
  // Of the part that nothing predicts: a normal distribution of this standard deviation. 0: no
  // bound is known.
  double unpredictable = 0;
  bool single = false;  // values are float32
};

// Noisy losses in float32 and in float64, integers, averages of a noisy loss, system metrics; with
// so many keys each.
std::vector<Kind> kinds(std::size_t keys);

// The least bytes a value that any lossless code can reach, of values seen so far: the entropy of
// the unpredictable part, counted in units of the last place of each value.
class Bound {
 public:
  explicit Bound(const Kind& kind) : kind_(kind) {}
  void add(double value);
  double bytes() const;

 private:
  const Kind& kind_;
  double bits_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace tracker::bench
