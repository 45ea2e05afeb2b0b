#include "query/series_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <tracker/error.hpp>

#include "core/pyramid.hpp"

namespace tracker::query {
namespace {

using Form = storage::SeriesSlice::Form;

constexpr std::size_t kPointsAtOnce = 8u << 20;  // in memory, of the lines read together
constexpr std::size_t kFineBuckets = 16'384;     // over which a long series is smoothed

bool within(const Line& line, double x) { return x >= line.from && x <= line.to; }

// How a line is read: slices of the snapshot, by their place in one list.
struct Reading {
  Line* line = nullptr;
  bool whole = false;      // all points, to be smoothed
  bool fine = false;       // smoothed over buckets
  std::size_t main = 0;    // points or buckets of the chart
  std::size_t beside = 0;  // x of a join, or the fine buckets
};

class Reader {
 public:
  Reader(storage::SeriesSnapshot& snapshot, const std::optional<core::Smoothing>& smoothing)
      : snapshot_(snapshot), smoothing_(smoothing) {}

  void read(std::span<Line> lines) {
    check_work(lines);
    for (std::size_t begin = 0; begin < lines.size();) {
      std::size_t end = begin, points = 0;
      while (end < lines.size() && (end == begin || points + size_of(lines[end]) <= kPointsAtOnce))
        points += size_of(lines[end++]);
      read_together(lines.subspan(begin, end - begin));
      begin = end;
    }
  }

 private:
  bool smooths_whole(const Line& line) const {
    return smoothing_ && line.found->stats.count <= kMostSmoothed;
  }

  void check_work(std::span<const Line> lines) const {
    std::size_t points = 0;
    for (const Line& line : lines)
      if (line.found != nullptr && smooths_whole(line)) points += line.found->stats.count;
    if (points > kMostSmoothedTogether)
      throw Error(ErrorCode::kResourceExhausted,
                  fmt::format("{} points would be smoothed for one request, more than {}: ask in "
                              "parts",
                              points, kMostSmoothedTogether));
  }

  std::size_t size_of(const Line& line) const {
    if (line.found == nullptr) return 0;
    const auto count = static_cast<std::size_t>(line.found->stats.count);
    return smooths_whole(line) ? count : std::min(count, core::kFinestPoints / 2 * line.at_least);
  }

  void read_together(std::span<Line> lines) {
    std::vector<storage::SeriesSlice> slices;
    std::vector<Reading> readings;
    for (Line& line : lines)
      if (line.found != nullptr) readings.push_back(plan(line, slices));
    auto data = snapshot_.read(slices);
    for (const Reading& reading : readings) {
      storage::SliceData main = std::move(data[reading.main]);
      if (reading.line->x_found != nullptr && slices[reading.main].x_key == nullptr)
        main.points = core::join(data[reading.beside].points, main.points);
      else
        settle(slices[reading.main], *reading.line, main);
      take(reading, std::move(main));
      if (reading.fine) smooth_over(data[reading.beside], *reading.line);
    }
  }

  Reading plan(Line& line, std::vector<storage::SeriesSlice>& slices) const {
    Reading reading{.line = &line};
    reading.whole = smooths_whole(line);
    storage::SeriesSlice slice;
    slice.run = line.run;
    slice.key = line.found;
    slice.scale = line.scale;
    slice.extent = line.extent;
    slice.at_least = line.at_least;
    const bool joins = line.x_found != nullptr;
    if (joins && snapshot_.same_rows(line.run, *line.found, *line.x_found))
      slice.x_key = line.x_found;
    const bool as_points = reading.whole || (joins && slice.x_key == nullptr);
    slice.form = as_points ? Form::kPoints : Form::kGrid;
    if (!as_points) {
      slice.from = line.from;
      slice.to = line.to;
    }
    reading.main = slices.size();
    slices.push_back(slice);
    reading.beside = slices.size();
    if (joins && slice.x_key == nullptr) {
      if (smoothing_ && !reading.whole) refuse_smoothing(line);
      slice.key = line.x_found;
      slices.push_back(slice);
    } else if (smoothing_ && !reading.whole) {
      reading.fine = true;
      slice.form = Form::kFine;
      slice.at_least = kFineBuckets;
      slice.from = -HUGE_VAL;
      slice.to = HUGE_VAL;
      slices.push_back(slice);
    }
    return reading;
  }

  // Buckets over an x that falls, or so few points that they can be told one by one: read again.
  void settle(const storage::SeriesSlice& asked, const Line& line, storage::SliceData& data) {
    if (asked.x_key == nullptr) return;
    if (!data.usable) {
      storage::SeriesSlice slice = asked;
      slice.form = Form::kPoints;
      slice.x_key = nullptr;
      slice.from = -HUGE_VAL;
      slice.to = HUGE_VAL;
      std::vector<storage::SeriesSlice> both(2, slice);
      both[1].key = line.x_found;
      auto points = snapshot_.read(both);
      data = {};
      data.points = core::join(points[1].points, points[0].points);
      return;
    }
    if (!data.bucketed || line.in_grid) return;
    std::uint64_t total = 0;
    for (const core::Cell& cell : data.grid->cells()) total += cell.count;
    if (total > 2 * line.extent.width) return;
    storage::SeriesSlice slice = asked;
    slice.form = Form::kPoints;
    data = std::move(snapshot_.read({&slice, 1}).front());
  }

  // What was read becomes the line's, smoothed if all of it is there.
  void take(const Reading& reading, storage::SliceData data) {
    Line& line = *reading.line;
    if (data.bucketed) {
      line.grid = std::move(data.grid);
      return;
    }
    line.x_rises = line.x_found == nullptr || core::rises(data.points.x);
    std::vector<double> smoothed;
    if (reading.whole) smoothed = smooth_points(line, data.points);
    if (!std::isfinite(line.from) && !std::isfinite(line.to)) {
      line.points = std::move(data.points);
      line.smoothed = std::move(smoothed);
      return;
    }
    for (std::size_t i = 0; i < data.points.size(); ++i) {
      if (!within(line, data.points.x[i])) continue;
      line.points.add(data.points.x[i], data.points.y[i]);
      if (reading.whole) line.smoothed.push_back(smoothed[i]);
    }
  }

  std::vector<double> smooth_points(Line& line, const core::XyPoints& points) const {
    const bool needs_x = smoothing_->kind == core::SmoothingKind::kGaussian ||
                         smoothing_->kind == core::SmoothingKind::kTimeWeightedEma;
    if (needs_x && !line.x_rises)
      throw Error(
          ErrorCode::kInvalidArgument,
          fmt::format("`{}` needs an x that does not fall, and that of `{}` in run {} does: "
                      "take `ema` or `mean`",
                      core::to_text(smoothing_->kind), line.key, line.run.text()));
    if (smoothing_->kind == core::SmoothingKind::kGaussian) {
      const double terms = core::gaussian_terms(smoothing_->parameter, points.x);
      if (terms > kMostGaussianTerms) {
        line.smoothed_over =
            static_cast<std::size_t>(std::ceil(std::sqrt(terms / kMostGaussianTerms)));
        const Curve curve = curve_of(core::cut(points, line.smoothed_over));
        std::vector<double> out;
        for (std::size_t i = 0; i < points.size(); ++i)
          out.push_back(std::isfinite(points.y[i]) ? curve.at(points.x[i]) : points.y[i]);
        return out;
      }
    }
    return core::smooth(*smoothing_, points.x, points.y);
  }

  // A smoothed line known at some places, straight in between.
  struct Curve {
    std::vector<double> x, y;
    double at(double place) const {
      if (x.empty()) return core::kNoNumber;
      const auto behind = std::lower_bound(x.begin(), x.end(), place) - x.begin();
      const auto i = static_cast<std::size_t>(behind);
      if (i == 0) return y.front();
      if (i == x.size()) return y.back();
      const double span = x[i] - x[i - 1];
      return span > 0 ? y[i - 1] + (y[i] - y[i - 1]) * ((place - x[i - 1]) / span) : y[i];
    }
  };

  Curve curve_of(const std::vector<core::XBucket>& buckets) const {
    const bool at_end = smoothing_->kind == core::SmoothingKind::kEma ||
                        smoothing_->kind == core::SmoothingKind::kTimeWeightedEma;
    const std::vector<double> values = core::smooth(*smoothing_, buckets);
    Curve curve;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      curve.x.push_back(at_end ? buckets[i].x_last : (buckets[i].x_first + buckets[i].x_last) / 2);
      curve.y.push_back(values[i]);
    }
    return curve;
  }

  void smooth_over(const storage::SliceData& data, Line& line) const {
    if (!data.bucketed || !data.usable) refuse_smoothing(line);
    line.smoothed_over = data.bucket_points;
    const Curve curve = curve_of(data.fine);
    if (!line.grid) {
      for (std::size_t i = 0; i < line.points.size(); ++i)
        line.smoothed.push_back(std::isfinite(line.points.y[i]) ? curve.at(line.points.x[i])
                                                                : line.points.y[i]);
      return;
    }
    line.grid->fill_smoothed([&](double x) { return curve.at(x); });
  }

  [[noreturn]] static void refuse_smoothing(const Line& line) {
    throw Error(ErrorCode::kResourceExhausted,
                fmt::format("`{}` of run {} has {} points, and it cannot be smoothed over buckets, "
                            "since its steps or its x fall: at most {} points can be smoothed then",
                            line.key, line.run.text(), line.found->stats.count, kMostSmoothed));
  }

  storage::SeriesSnapshot& snapshot_;
  const std::optional<core::Smoothing>& smoothing_;
};

}  // namespace

void read_lines(storage::SeriesSnapshot& snapshot, const std::optional<core::Smoothing>& wanted,
                std::span<Line> lines) {
  Reader(snapshot, wanted).read(lines);
}

core::Grid to_grid(const Line& line) {
  if (line.grid) return *line.grid;
  core::Grid grid(line.extent);
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    grid.add(core::bucket_of(line.points.x[i], line.points.y[i]));
    if (!line.smoothed.empty()) grid.add_smoothed(line.points.x[i], line.smoothed[i]);
  }
  return grid;
}

}  // namespace tracker::query
