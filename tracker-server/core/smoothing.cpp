#include "core/smoothing.hpp"

#include <algorithm>
#include <cmath>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

constexpr double kMostShare = 0.999;  // of what was before, for the time-weighted average
constexpr double kCut = 3;            // sigmas

// The finite points, as weights at places: one a point, or one a bucket. Of points x_last is
// x_first and the weight 1: those columns are empty.
struct Weighted {
  std::vector<std::size_t> from;  // index in the input
  std::vector<double> x_first, x_ends, y, weights;

  std::size_t size() const noexcept { return from.size(); }
  double x_last(std::size_t i) const noexcept { return x_ends.empty() ? x_first[i] : x_ends[i]; }
  double weight(std::size_t i) const noexcept { return weights.empty() ? 1 : weights[i]; }
};

Weighted finite_points(std::span<const double> x, std::span<const double> y) {
  Weighted w;
  w.from.reserve(y.size());
  w.x_first.reserve(y.size());
  w.y.reserve(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!std::isfinite(y[i])) continue;
    w.from.push_back(i);
    w.x_first.push_back(x[i]);
    w.y.push_back(y[i]);
  }
  return w;
}

Weighted finite_buckets(std::span<const XBucket> buckets) {
  Weighted w;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].finite() == 0) continue;
    w.from.push_back(i);
    w.x_first.push_back(buckets[i].x_first);
    w.x_ends.push_back(buckets[i].x_last);
    w.y.push_back(buckets[i].mean());
    w.weights.push_back(static_cast<double>(buckets[i].finite()));
  }
  return w;
}

bool constant(const Weighted& w) {
  return std::all_of(w.y.begin(), w.y.end(), [&](double y) { return y == w.y.front(); });
}

std::vector<double> ema(double share, const Weighted& w) {
  std::vector<double> out(w.size());
  double m = 0, kept = 1;  // kept: share to the power of the points so far
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double decay = w.weight(i) == 1 ? share : std::pow(share, w.weight(i));
    m = decay * m + (1 - decay) * w.y[i];
    kept *= decay;
    out[i] = m / (1 - kept);
  }
  return out;
}

std::vector<double> time_weighted_ema(double parameter, const Weighted& w) {
  std::vector<double> out(w.size());
  if (w.size() == 0) return out;
  const double share = std::min(std::sqrt(parameter), kMostShare);
  const double extent = w.x_last(w.size() - 1) - w.x_first.front();
  const double per_x = extent > 0 ? kTwemaViewports / extent : 0;
  double m = 0, d = 0, before = w.x_first.front();
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double n = w.weight(i);
    const double gap = std::pow(share, (w.x_first[i] - before) * per_x);
    m = m * gap + w.y[i];
    d = d * gap + 1;
    if (n > 1) {  // n - 1 more of the same, evenly spaced
      const double a = std::pow(share, (w.x_last(i) - w.x_first[i]) / (n - 1) * per_x);
      const double all = std::pow(a, n - 1);
      const double series = a < 1 ? (1 - all) / (1 - a) : n - 1;
      m = m * all + w.y[i] * series;
      d = d * all + series;
    }
    before = w.x_last(i);
    out[i] = m / d;
  }
  return out;
}

std::vector<double> gaussian(double sigma, const Weighted& w) {
  const auto middle = [&](std::size_t i) { return (w.x_first[i] + w.x_last(i)) / 2; };
  std::vector<double> out(w.size());
  const double factor = -1 / (2 * sigma * sigma);
  std::size_t low = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double at = middle(i);
    while (middle(low) < at - kCut * sigma) ++low;
    double sum = 0, weights = 0;
    for (std::size_t j = low; j < w.size() && middle(j) <= at + kCut * sigma; ++j) {
      const double distance = middle(j) - at;
      const double g = w.weight(j) * std::exp(factor * distance * distance);
      sum += g * w.y[j];
      weights += g;
    }
    out[i] = sum / weights;
  }
  return out;
}

// A window of `points` points around each one, cut at both ends. Of buckets: around the middle one
// of its points, parts of buckets count in part.
std::vector<double> running_mean(double points, const Weighted& w) {
  // Differences of long sums: the wider type keeps what a window of few points needs.
  std::vector<long double> sum(w.size() + 1, 0);
  std::vector<double> upto(w.size() + 1, 0);
  for (std::size_t i = 0; i < w.size(); ++i) {
    upto[i + 1] = upto[i] + w.weight(i);
    sum[i + 1] = sum[i] + static_cast<long double>(w.weight(i)) * w.y[i];
  }
  // The sum of the first `count` points; `at` moves with it.
  const auto sum_upto = [&](double count, std::size_t& at) {
    while (at + 1 < w.size() && upto[at + 1] <= count) ++at;
    return sum[at] + static_cast<long double>(count - upto[at]) * w.y[at];
  };
  const double before = std::floor((points - 1) / 2), after = points - 1 - before;
  std::vector<double> out(w.size());
  std::size_t low = 0, high = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double place = upto[i] + (w.weight(i) - 1) / 2;  // of the point, counted from 0
    const double from = std::max(0.0, place - before);
    const double to = std::min(upto.back(), place + after + 1);
    out[i] = static_cast<double>((sum_upto(to, high) - sum_upto(from, low)) / (to - from));
  }
  return out;
}

std::vector<double> dispatch(const Smoothing& smoothing, const Weighted& w) {
  if (w.size() == 0 || constant(w)) return w.y;
  switch (smoothing.kind) {
    case SmoothingKind::kEma:
      return ema(smoothing.parameter, w);
    case SmoothingKind::kTimeWeightedEma:
      return time_weighted_ema(smoothing.parameter, w);
    case SmoothingKind::kGaussian:
      return gaussian(smoothing.parameter, w);
    case SmoothingKind::kRunningMean:
      break;
  }
  return running_mean(smoothing.parameter, w);
}

}  // namespace

std::string_view to_text(SmoothingKind kind) noexcept {
  switch (kind) {
    case SmoothingKind::kEma:
      return "ema";
    case SmoothingKind::kTimeWeightedEma:
      return "twema";
    case SmoothingKind::kGaussian:
      return "gaussian";
    case SmoothingKind::kRunningMean:
      break;
  }
  return "mean";
}

void Smoothing::check() const {
  const auto require = [](bool good, const char* message) {
    if (!good) throw Error(ErrorCode::kInvalidArgument, message);
  };
  switch (kind) {
    case SmoothingKind::kEma:
    case SmoothingKind::kTimeWeightedEma:
      return require(parameter >= 0 && parameter < 1,
                     "the `parameter` of `ema` and `twema` must be from 0 to below 1");
    case SmoothingKind::kGaussian:
      return require(std::isfinite(parameter) && parameter > 0,
                     "the `parameter` of `gaussian` is sigma in the unit of x and must be above 0");
    case SmoothingKind::kRunningMean:
      return require(parameter >= 1 && parameter <= 1e9 && parameter == std::floor(parameter),
                     "the `parameter` of `mean` is the number of points in the window: a whole "
                     "number from 1 to 1,000,000,000");
  }
}

double gaussian_terms(double sigma, std::span<const double> x) noexcept {
  double terms = 0;
  std::size_t low = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    while (x[low] < x[i] - kCut * sigma) ++low;
    terms += static_cast<double>(2 * (i - low) + 1);
  }
  return terms;
}

std::vector<double> smooth(const Smoothing& smoothing, std::span<const double> x,
                           std::span<const double> y) {
  const Weighted w = finite_points(x, y);
  const std::vector<double> smoothed = dispatch(smoothing, w);
  std::vector<double> out(y.begin(), y.end());
  for (std::size_t i = 0; i < w.size(); ++i) out[w.from[i]] = smoothed[i];
  return out;
}

std::vector<double> smooth(const Smoothing& smoothing, std::span<const XBucket> buckets) {
  const Weighted w = finite_buckets(buckets);
  const std::vector<double> smoothed = dispatch(smoothing, w);
  std::vector<double> out(buckets.size(), kNoNumber);
  for (std::size_t i = 0; i < w.size(); ++i) out[w.from[i]] = smoothed[i];
  return out;
}

}  // namespace tracker::core
