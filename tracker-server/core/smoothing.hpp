#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/cells.hpp"

// Smoothed lines, over a whole series before anything is cut or put into buckets. Formulas:
// docs/http-api.md, "Smoothing". Pure.
namespace tracker::core {

enum class SmoothingKind { kEma, kTimeWeightedEma, kGaussian, kRunningMean };

// "ema", "twema", "gaussian", "mean".
std::string_view to_text(SmoothingKind kind) noexcept;

struct Smoothing {
  SmoothingKind kind = SmoothingKind::kEma;
  // kEma: the share s of what was before, in [0, 1). kTimeWeightedEma: p in [0, 1), whose root is
  // the share. kGaussian: sigma in the unit of x, above 0. kRunningMean: points in the window, a
  // whole number from 1.
  double parameter = 0;

  // Throws Error(kInvalidArgument) that names the parameter and its range.
  void check() const;
};

// Times the range of x that the exponent of the time-weighted average counts.
inline constexpr double kTwemaViewports = 1'000;

// One value a point. `x` must not fall, but for kEma and kRunningMean, which do not look at it.
// Points that are not finite pass through and count for nothing else.
std::vector<double> smooth(const Smoothing& smoothing, std::span<const double> x,
                           std::span<const double> y);

// How many terms kGaussian adds up for these points: what it costs.
double gaussian_terms(double sigma, std::span<const double> x) noexcept;

// The same over buckets, as if each of a bucket's finite points had the bucket's mean, and they lay
// evenly between its ends. One value a bucket: that at its last point (kEma, kTimeWeightedEma) or
// in its middle. A bucket without a finite value gives NaN.
std::vector<double> smooth(const Smoothing& smoothing, std::span<const XBucket> buckets);

}  // namespace tracker::core
