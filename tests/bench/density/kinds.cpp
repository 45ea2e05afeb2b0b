#include "kinds.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

namespace tracker::bench {
namespace {

constexpr double kNoise = 0.05;
constexpr double kSmoothing = 0.98;  // of the averages: a new value counts for 0.02

double loss(std::size_t key, std::int64_t step, std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, kNoise);
  return 1 + static_cast<double>(key + 1) * std::exp(-static_cast<double>(step) / 2'000) +
         noise(random);
}

double as_single(double value) { return static_cast<double>(static_cast<float>(value)); }
// Percentages as the sampler of system metrics rounds them.
double two_places(double value) { return as_single(std::round(value * 100) / 100); }

Values averages(std::size_t key) {
  return [key, average = std::numeric_limits<double>::quiet_NaN()](
             std::int64_t step, std::mt19937_64& random) mutable {
    const double value = loss(key, step, random);
    average = std::isnan(average) ? value : kSmoothing * average + (1 - kSmoothing) * value;
    return as_single(average);
  };
}

// A walk between two bounds.
class Walk {
 public:
  Walk(double low, double high, double stride)
      : low_(low), high_(high), stride_(stride), at_((low + high) / 2) {}
  double next(std::mt19937_64& random) {
    std::normal_distribution<double> noise(0, stride_);
    at_ = std::min(high_, std::max(low_, at_ + noise(random)));
    return at_;
  }

 private:
  double low_, high_, stride_, at_;
};

std::vector<Values> integers() {
  const auto correct = [](int of) {
    return [of](std::int64_t step, std::mt19937_64& random) {
      const double share = 0.9 - 0.4 * std::exp(-static_cast<double>(step) / 5'000);
      return static_cast<double>(std::binomial_distribution<int>(of, share)(random));
    };
  };
  const auto tokens = [](double of_batch) {
    return [of_batch, sum = 0.0](std::int64_t, std::mt19937_64& random) mutable {
      return sum +=
             std::round(of_batch * (0.7 + 0.3 * std::uniform_real_distribution(0., 1.)(random)));
    };
  };
  return {
      [](std::int64_t step, std::mt19937_64&) {
        return static_cast<double>(step / 1'250);
      },  // epoch
      [](std::int64_t step, std::mt19937_64&) {
        return static_cast<double>(step * 32);
      },  // samples
      tokens(32 * 512),
      correct(32),
      correct(1'024),
      [](std::int64_t, std::mt19937_64& random) {  // sequence length, padded to eight
        return 8.0 * static_cast<double>(std::uniform_int_distribution(4, 64)(random));
      },
      [](std::int64_t, std::mt19937_64&) { return 32.0; },  // batch size
      [](std::int64_t, std::mt19937_64& random) {           // length of an episode
        return std::round(std::exp(std::normal_distribution(4.0, 0.5)(random)));
      },
      [](std::int64_t, std::mt19937_64& random) {  // steps that were skipped
        return std::bernoulli_distribution(0.01)(random) ? 1.0 : 0.0;
      },
      [](std::int64_t step, std::mt19937_64&) { return std::exp2(16 - step / 20'000); },  // scale
  };
}

std::vector<Values> system_metrics() {
  const auto walk = [](double low, double high, double stride, double unit) {
    return [walk = Walk(low, high, stride), unit](std::int64_t, std::mt19937_64& random) mutable {
      return std::round(walk.next(random) / unit) * unit;
    };
  };
  const auto percent = [](double mean, double noise) {
    return [=](std::int64_t, std::mt19937_64& random) {
      const double value = std::normal_distribution(mean, noise)(random);
      return two_places(std::min(100.0, std::max(0.0, value)));
    };
  };
  const auto rate = [](double share, double mean) {
    return [=](std::int64_t, std::mt19937_64& random) {
      if (!std::bernoulli_distribution(share)(random)) return 0.0;
      return std::round(std::exponential_distribution(1 / mean)(random));
    };
  };
  return {
      percent(31, 2),                              // cpu_percent
      percent(99, 0.5),                            // process_cpu_percent
      walk(2e9, 9e9, 4e6, 4'096),                  // process_rss_bytes
      rate(0.2, 2e7),                              // disk_write_bytes_per_s
      rate(0.01, 2e8),                             // disk_read_bytes_per_s
      [](std::int64_t, std::mt19937_64& random) {  // gpu/utilization_percent
        return static_cast<double>(std::uniform_int_distribution(93, 100)(random));
      },
      [](std::int64_t, std::mt19937_64&) { return 71'303'168'000.0; },  // gpu/memory_used_bytes
      walk(55, 72, 0.4, 1),                                             // gpu/temperature_celsius
      percent(63, 0),                                                   // gpu/memory_percent
      [walk = Walk(180, 300, 3)](std::int64_t, std::mt19937_64& random) mutable {
        return two_places(walk.next(random));  // gpu/power_watts
      },
  };
}

// The first `keys` of them, over again where there are fewer.
Kind chosen(std::string name, const std::vector<Values>& from, std::size_t keys) {
  Kind kind{.name = std::move(name), .keys = {}};
  for (std::size_t k = 0; k < keys; ++k) kind.keys.push_back(from[k % from.size()]);
  return kind;
}

}  // namespace

std::vector<Kind> kinds(std::size_t keys) {
  std::vector<Kind> out(3);
  out[0] = {.name = "float32, noisy loss", .keys = {}, .unpredictable = kNoise, .single = true};
  out[1] = {.name = "float64, noisy loss", .keys = {}, .unpredictable = kNoise};
  out[2] = {.name = "float32, averages",
            .keys = {},
            .unpredictable = kNoise * (1 - kSmoothing),
            .single = true};
  for (std::size_t k = 0; k < keys; ++k) {
    out[0].keys.push_back([k](std::int64_t step, std::mt19937_64& random) {
      return as_single(loss(k, step, random));
    });
    out[1].keys.push_back(
        [k](std::int64_t step, std::mt19937_64& random) { return loss(k, step, random); });
    out[2].keys.push_back(averages(k));
  }
  out.push_back(chosen("integers", integers(), keys));
  out.push_back(chosen("system metrics", system_metrics(), keys));
  out.back().system = true;
  return out;
}

void Bound::add(double value) {
  // The unit of the last place: 2^(exponent - digits).
  const int digits = kind_.single ? 24 : 53;
  const double unit = std::ldexp(1.0, std::ilogb(value) + 1 - digits);
  const double entropy =
      0.5 * std::log2(2 * std::numbers::pi * std::numbers::e) + std::log2(kind_.unpredictable);
  bits_ += entropy - std::log2(unit);
  ++count_;
}

double Bound::bytes() const { return count_ == 0 ? 0 : bits_ / 8 / static_cast<double>(count_); }

}  // namespace tracker::bench
