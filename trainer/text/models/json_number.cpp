#include "text/models/json_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace trainer::text {
namespace {

constexpr int kLargestExponent = 308;

const std::array<double, kLargestExponent + 1>& powers_of_ten() {
  static const auto powers = [] {
    std::array<double, kLargestExponent + 1> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::string text = "1e" + std::to_string(i);
      std::from_chars(text.data(), text.data() + text.size(), out[i]);
    }
    return out;
  }();
  return powers;
}

double scaled(double digits, int exponent) {
  const auto& powers = powers_of_ten();
  for (; exponent < -kLargestExponent; exponent += kLargestExponent)
    digits /= powers[kLargestExponent];
  return exponent < 0 ? digits / powers[static_cast<std::size_t>(-exponent)]
                      : digits * powers[static_cast<std::size_t>(exponent)];
}

}  // namespace

double as_library_reads(double value) {
  // d.ddde±xx, the shortest digits that come back to `value`.
  std::array<char, 32> text{};
  const double magnitude = std::abs(value);
  const char* end = std::to_chars(text.data(), text.data() + text.size(), magnitude,
                                  std::chars_format::scientific)
                        .ptr;
  std::uint64_t digits = 0;
  int exponent = 0;
  const char* at = text.data();
  for (bool fraction = false; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    exponent -= fraction ? 1 : 0;
  }
  if (at == end) return value;  // not a finite number
  int written = 0;
  at += at[1] == '+' ? 2 : 1;
  std::from_chars(at, end, written);
  return std::copysign(scaled(static_cast<double>(digits), exponent + written), value);
}

}  // namespace trainer::text
