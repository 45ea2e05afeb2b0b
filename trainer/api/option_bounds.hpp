#pragma once

// What any number among the options may be at most: the command line checks it as it reads them,
// the library before it begins.
namespace trainer {

// Every whole number up to it is a double, and counting steps up to it does not overflow. Infinity
// is above it.
inline constexpr double kMostNumber = 1e15;

}  // namespace trainer
