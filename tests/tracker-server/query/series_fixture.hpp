#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "../storage/store_fixture.hpp"
#include "query/series.hpp"

// Random logs, and what a reader of the documentation would expect of them.
namespace tracker::query {

using storage::kNow;
using Logged = std::map<std::string, std::map<std::int64_t, double>>;  // key, step: last value

struct LoggedRun {
  core::RunId id;
  Logged keys;
};

inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

inline std::vector<double> column(const std::vector<Column>& columns, std::string_view name) {
  for (const Column& column : columns)
    if (column.name == name) return column.values;
  ADD_FAILURE() << "no column " << name;
  return {};
}

struct Shape {
  int frames = 40;
  unsigned most_rows = 300;
  bool falls = false;  // steps go back now and then
  bool alone = true;   // rows with `loss` alone, in a group of its own
  bool tokens_fall = false;
  bool tokens_finite = false;  // of those that fall
  int compact_every = 5;       // frames; 0: never
};

class SeriesQuery : public storage::StoreTest {
 protected:
  // Frames of two writers, with NaN and infinities, the last ones not compacted.
  LoggedRun log_run(unsigned seed, const Shape& shape) {
    std::mt19937 random(seed);
    storage::TestWriter a = storage::make_writer(*database);
    storage::TestWriter b = storage::make_writer(*database, a.run);
    LoggedRun run{a.run, {}};
    std::int64_t step = random() % 50;
    for (int frame = 0; frame < shape.frames; ++frame) {
      if (shape.falls && random() % 6 == 0 && step > 100) step -= random() % 100;
      std::vector<std::int64_t> steps;
      const std::size_t rows = 1 + random() % shape.most_rows;
      for (std::size_t r = 0; r < rows; ++r) steps.push_back(step += 1 + random() % 3);
      const bool alone = shape.alone && random() % 3 == 0;
      const std::vector<std::string> keys =
          alone ? std::vector<std::string>{"loss"} : std::vector<std::string>{"loss", "tokens"};
      std::vector<double> values;
      for (std::size_t i = 0; i < rows * keys.size(); ++i)
        values.push_back(i < rows ? value(random) : tokens(random, steps[i - rows], shape));
      for (std::size_t k = 0; k < keys.size(); ++k)
        for (std::size_t r = 0; r < rows; ++r) run.keys[keys[k]][steps[r]] = values[k * rows + r];
      storage::log_rows(*database, random() % 4 == 0 ? b : a,
                        storage::make_rows(keys, steps, values));
      if (shape.compact_every > 0 && frame % shape.compact_every == shape.compact_every - 1 &&
          frame + 3 < shape.frames)
        while (storage::compact_run(*database->pg(), a.run).more) {
        }
    }
    return run;
  }

  static double value(std::mt19937& random) {
    const auto kind = random() % 60;
    if (kind == 0) return std::nan("");
    if (kind == 1) return std::numeric_limits<double>::infinity();
    if (kind == 2) return -std::numeric_limits<double>::infinity();
    return static_cast<double>(static_cast<float>(random()) / 4e9F);
  }
  static double tokens(std::mt19937& random, std::int64_t step, const Shape& shape) {
    if (shape.tokens_fall && random() % 40 == 0)
      return random() % 2 == 0 && !shape.tokens_finite ? std::nan("") : 5;
    return static_cast<double>(step * 128);
  }

  SeriesAnswer ask(const SeriesRequest& request) { return read_series(*database, request); }
};

// x and y of the points that belong into the answer, in step order.
using Expected = std::vector<std::pair<double, double>>;

inline Expected expected_of(const LoggedRun& run, const SeriesRequest& request) {
  Expected out;
  const auto found = run.keys.find(request.keys.at(0));
  if (found == run.keys.end()) return out;
  for (const auto& [step, value] : found->second) {
    double x = static_cast<double>(step);
    if (request.x == XAxis::kTime) x = static_cast<double>(kNow + step * 1000);
    if (request.x == XAxis::kRelative) x = static_cast<double>(step) / 1000;
    if (request.x == XAxis::kMetric) {
      const auto metric = run.keys.find(request.x_metric);
      if (metric == run.keys.end() || !metric->second.contains(step)) continue;
      x = metric->second.at(step);
      if (!std::isfinite(x)) continue;
    }
    if (x >= request.from.value_or(-HUGE_VAL) && x <= request.to.value_or(HUGE_VAL))
      out.emplace_back(x, value);
  }
  return out;
}

}  // namespace tracker::query
