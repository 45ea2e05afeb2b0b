#include "differences.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

namespace key_timing {
namespace {

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double time_ns(const std::string& input, const std::function<void(const std::string&)>& work,
               std::size_t repeats) {
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < repeats; ++i) work(input);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
  return took.count() / static_cast<double>(repeats);
}

// The sign test's interval: ranks that the median lies between in 95 of 100 samples.
void interval(Difference& out, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size()), half = 0.98 * std::sqrt(n);
  const auto at = [&](double rank) {
    return values[static_cast<std::size_t>(std::clamp(rank, 0.0, n - 1))];
  };
  out.difference = at(std::floor(n / 2));
  out.low = at(std::floor(n / 2 - half - 1));
  out.high = at(std::ceil(n / 2 + half));
}

}  // namespace

std::vector<Difference> compare(const std::vector<Kind>& kinds,
                                const std::function<void(const std::string&)>& work,
                                const Plan& plan) {
  std::mt19937_64 random(plan.seed);
  std::vector<std::size_t> order;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    order.insert(order.end(), plan.calls, kind);
  std::vector<std::size_t> next(kinds.size(), 0);
  std::vector<std::vector<double>> medians(kinds.size()), differences(kinds.size());
  // The first block warms up, and does not count.
  for (std::size_t block = 0; block <= plan.blocks; ++block) {
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::vector<double>> times(kinds.size());
    for (const std::size_t kind : order) {
      const auto& inputs = kinds[kind].inputs;
      times[kind].push_back(time_ns(inputs[next[kind]++ % inputs.size()], work, plan.repeats));
    }
    if (block == 0) continue;
    const double first = median_of(times.front());
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      const double median = kind == 0 ? first : median_of(times[kind]);
      medians[kind].push_back(median);
      differences[kind].push_back(median - first);
    }
  }
  std::vector<Difference> out;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    out.push_back({kinds[kind].name, median_of(medians[kind]), 0, 0, 0});
    interval(out.back(), differences[kind]);
  }
  return out;
}

}  // namespace key_timing
