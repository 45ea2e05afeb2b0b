#pragma once

#include <CLI/Validators.hpp>
#include <charconv>
#include <string>

#include "api/option_bounds.hpp"

// Checks of numbers whose messages a person can read; CLI11's own name the range of double.
namespace trainer::cli {

template <class Holds>
CLI::Validator number_check(Holds holds, const std::string& what, const std::string& name) {
  return CLI::Validator(
      [holds, what](std::string& text) {
        double value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && stop == end && holds(value)) return std::string();
        return "Value " + text + " is not " + what;
      },
      name);
}

inline CLI::Validator above_zero() {
  return number_check([](double value) { return value > 0 && value <= kMostNumber; },
                      "a number above 0 and at most 1e15", "> 0");
}

inline CLI::Validator zero_or_more() {
  return number_check([](double value) { return value >= 0 && value <= kMostNumber; },
                      "a number of at least 0 and at most 1e15", ">= 0");
}

}  // namespace trainer::cli
