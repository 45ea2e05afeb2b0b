#pragma once

#include <limits>

// What JSON has no numbers for.
namespace tracker::http {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace tracker::http
