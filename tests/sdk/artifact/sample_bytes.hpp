#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace tracker::test {

// Bytes that look random and are the same each time (splitmix64, S. Vigna).
class SampleBytes {
 public:
  explicit SampleBytes(std::uint64_t seed) : state_(seed) {}

  std::uint64_t number() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::string bytes(std::size_t size) {
    std::string out;
    out.reserve(size + 8);
    while (out.size() < size) put(out, number());
    out.resize(size);
    return out;
  }

  static void put(std::string& out, std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) out += static_cast<char>(number >> (8 * byte));
  }

 private:
  std::uint64_t state_;
};

}  // namespace tracker::test
