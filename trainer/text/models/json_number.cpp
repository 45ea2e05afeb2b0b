#include "text/models/json_number.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
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
  for (; exponent < -kLargestExponent && digits != 0; exponent += kLargestExponent)
    digits /= powers[kLargestExponent];
  if (digits == 0) return 0;
  return exponent < 0 ? digits / powers[static_cast<std::size_t>(-exponent)]
                      : digits * powers[static_cast<std::size_t>(exponent)];
}

}  // namespace

double as_library_reads(std::string_view number) {
  const bool negative = number.starts_with('-');
  const char* at = number.data() + (negative ? 1 : 0);
  const char* const end = number.data() + number.size();
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t digits = 0;
  int exponent = 0;
  bool full = false;  // no room for more digits: those behind are left out
  for (bool fraction = false; at != end && *at != 'e' && *at != 'E'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    const auto digit = static_cast<std::uint64_t>(*at - '0');
    full = full || digits > (kMost - digit) / 10;
    if (!full) digits = digits * 10 + digit;
    exponent += (fraction ? -1 : 0) + (full ? 1 : 0);
  }
  if (at != end) {
    int written = 0;
    at += at[1] == '+' ? 2 : 1;
    std::from_chars(at, end, written);
    exponent += written;
  }
  const double value = scaled(static_cast<double>(digits), exponent);
  return negative ? -value : value;
}

}  // namespace trainer::text
