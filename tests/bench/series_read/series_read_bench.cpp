// Reads of series as charts ask for them, against a database of its own: server time of
// query::read_series, and of the binary body made of it, without HTTP. Beside it the plain way in
// the same run: a row a point, buckets by SQL. peers.py measures what others' programs take.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "fill.hpp"
#include "http/series_body.hpp"
#include "plain_rows.hpp"
#include "query/series.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker {
namespace {

using Steady = std::chrono::steady_clock;

double since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

class Bench {
 public:
  Bench(storage::Database& database, int repeats) : database_(database), repeats_(repeats) {}

  // p50 of the reads, in milliseconds.
  double measure(const std::string& name, const query::SeriesRequest& request, double target = 0) {
    std::vector<double> ms;
    std::size_t bytes = 0;
    std::uint64_t points = 0;
    for (int i = 0; i < repeats_ + 1; ++i) {
      const auto start = Steady::now();
      const auto answer = query::read_series(database_, request);
      bytes = http::series_binary(answer).size();
      if (i > 0) ms.push_back(since(start));  // the first one warms the caches
      points = 0;
      for (const auto& series : answer.series) points += series.total;
    }
    fmt::print("{:<44} p50 {:>8.2f} ms  p99 {:>8.2f} ms  {:>10} points  {:>8.1f} KB{}\n", name,
               percentile(ms, 0.5), percentile(ms, 0.99), points, static_cast<double>(bytes) / 1024,
               target > 0 ? fmt::format("  (target {} ms)", target) : "");
    std::fflush(stdout);
    return percentile(ms, 0.5);
  }

 private:
  storage::Database& database_;
  int repeats_;
};

query::SeriesRequest request_of(core::RunId run) {
  return {.runs = {run}, .keys = {"loss"}, .width = 1'000};
}

query::SeriesRequest zoomed(query::SeriesRequest request, double from, double to) {
  request.from = from;
  request.to = to;
  return request;
}

query::SeriesRequest smoothed(query::SeriesRequest request, core::Smoothing smoothing) {
  request.smoothing = smoothing;
  return request;
}

query::SeriesRequest over_tokens(query::SeriesRequest request) {
  request.x = query::XAxis::kMetric;
  request.x_metric = "tokens";
  return request;
}

void measure_one(Bench& bench, core::RunId run, double points, double target) {
  const auto whole = request_of(run);
  const auto name = [&](const char* what) {
    return fmt::format("{:.0e} points, {}", points, what);
  };
  bench.measure(name("full view"), whole, target);
  // The worst zoom of each level: just too few points for the next one.
  for (const double share : {0.65, 0.066, 0.02, 0.00066})
    bench.measure(name(fmt::format("{} of it", share).c_str()),
                  zoomed(whole, points * 0.1, points * (0.1 + share)), target);
  bench.measure(name("1,500 points of it"), zoomed(whole, points / 3, points / 3 + 1'499), target);
  auto timed = whole;
  timed.x = query::XAxis::kRelative;
  bench.measure(name("over relative time"), timed, target);
  bench.measure(name("over another metric"), over_tokens(whole));
  bench.measure(name("EMA 0.99"), smoothed(whole, {core::SmoothingKind::kEma, 0.99}));
  bench.measure(name("time-weighted EMA 0.99"),
                smoothed(whole, {core::SmoothingKind::kTimeWeightedEma, 0.99}));
  bench.measure(name("gaussian, sigma 100 steps"),
                smoothed(whole, {core::SmoothingKind::kGaussian, 100}));
  bench.measure(name("running mean of 101"),
                smoothed(whole, {core::SmoothingKind::kRunningMean, 101}));
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) {
  using namespace tracker;
  CLI::App app("Measures reads of series for charts beside SQL over a row a point");
  int repeats = 50;
  std::int64_t longest = 100'000'000;
  app.add_option("--repeats", repeats, "reads of each kind")->capture_default_str();
  app.add_option("--longest", longest, "points of the long series")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  test::PostgresCluster cluster(test::Durability::kNone);  // only reads are timed
  storage::Database database({.dsn = cluster.fresh_database()});
  storage::migrate(database);
  Bench bench(database, repeats);
  auto start = Steady::now();
  const auto million =
      bench::fill_run(database, {.points = 1'000'000, .rest = 576, .tokens = true}, 1);
  fmt::print("1e6 points filled in {:.1f} s\n", since(start) / 1000);
  const double ours = bench.measure("1e6 points, full view", request_of(million), 10);
  measure_one(bench, million, 1e6, 10);

  std::vector<core::RunId> hundred;
  for (std::uint32_t i = 0; i < 100; ++i)
    hundred.push_back(bench::fill_run(database, {.points = 8'192, .rest = 1'808}, i));
  query::SeriesRequest many = request_of(hundred[0]);
  many.runs = hundred;
  bench.measure("100 runs x 1e4 points", many, 150);
  query::SeriesRequest group = many;
  group.runs.clear();
  group.groups = {{"all", hundred}};
  bench.measure("100 runs x 1e4 points, as one group", group, 150);
  std::vector<core::RunId> large;
  for (std::uint32_t i = 0; i < 100; ++i)
    large.push_back(bench::fill_run(database, {.points = 131'072, .rest = 1'000}, i));
  many.runs = large;
  bench.measure("100 runs x 1.3e5 points", many, 150);
  bench::add_tail(database, million, 1'000'000, 50);
  bench.measure("1e6 points, tail of 50 frames", request_of(million), 10);

  const auto plain = bench::read_plain_rows(cluster.fresh_database(), 1'000'000, 5);
  fmt::print("{:<44} p50 {:>8.2f} ms: {:.0f} times as long\n", "a row a point, SQL buckets, 1e6",
             percentile(plain, 0.5), percentile(plain, 0.5) / ours);
  if (longest == 0) return 0;
  start = Steady::now();
  const auto giant =
      bench::fill_run(database, {.points = longest, .rest = 1'000, .tokens = true}, 2);
  fmt::print("{:.0e} points filled in {:.1f} s\n", static_cast<double>(longest),
             since(start) / 1000);
  measure_one(bench, giant, static_cast<double>(longest), 30);
  return 0;
}
