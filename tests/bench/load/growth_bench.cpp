// How commits and charts grow with what the database holds: with the runs it knows, of which one in
// a hundred is live, and with the points of their series. Storage and queries as the server does
// them, without gRPC and HTTP (load_bench has those), on a PostgreSQL of its own with fsync.
//
// What is there before is not logged: runs are inserted by one statement, points are written as
// full chunks with their pyramid (tests/bench/series_read/fill). What is measured is the real way.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>

#include "fill.hpp"
#include "http/series_body.hpp"
#include "load.hpp"
#include "query/series.hpp"
#include "storage/migrate.hpp"
#include "storage/streams.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kStart = 1'700'000'000'000'000;
constexpr std::size_t kMostLive = 1'000;
constexpr double kPointsOfARun = 1e7;

double ms_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

struct Live {
  core::RunId run;
  core::WriterId writer;
  storage::RegisteredWriter registered;
  std::uint64_t offset = 0;
};

class Growth {
 public:
  Growth(storage::Database& database, double seconds) : database_(database), seconds_(seconds) {
    LoadShape shape;
    shape.rows = 1;
    for (const std::string& payload : make_payloads(shape, 200))
      frames_.emplace_back(payload,
                           std::make_shared<const spool::Frame>(spool::decode_frame(payload)));
  }

  // Runs with a writer each, as many as are lacking.
  void register_runs(std::int64_t count) {
    if (live_.empty()) live_.push_back(register_one());
    const std::int64_t lacking = count - static_cast<std::int64_t>(known_);
    if (lacking > 0) {
      database_.pg()->run(
          "WITH r AS (INSERT INTO run (id, project_id, name, state, created_us) SELECT "
          "gen_random_uuid(), p.id, 'run', 2, $2 FROM project p, generate_series(1, $1) RETURNING "
          "id), "
          "c AS (INSERT INTO compaction (run_id) SELECT id FROM r) INSERT INTO writer_stream "
          "(run_id, "
          "writer_id, epoch, last_seen_us, end_state) SELECT id, gen_random_uuid(), 1, $2, 2 FROM "
          "r",
          storage::PgParams().bigint(lacking).bigint(kStart));
      known_ += static_cast<std::size_t>(lacking);
    }
    const auto want = std::clamp<std::size_t>(known_ / 100, 1, kMostLive);
    while (live_.size() < want) live_.push_back(register_one());
  }

  void fill(double points) {
    while (filled_ < points) {
      const double part = std::min(points - filled_, kPointsOfARun);
      charted_ = fill_run(database_, {.points = static_cast<std::int64_t>(part)}, ++seed_);
      filled_ += part;
    }
  }

  void measure(const std::string& name) {
    std::vector<double> commits;
    const auto began = Steady::now();
    const auto connection = database_.pg();
    std::uint64_t frames = 0;
    while (ms_since(began) < seconds_ * 1e3) {
      const auto start = Steady::now();
      frames += commit(*connection);
      commits.push_back(ms_since(start));
    }
    const double rate = static_cast<double>(frames) / ms_since(began) * 1e3;
    fmt::print(
        "{:<24} {:>6} live {:>8.0f} frames/s  commit p50 {:>6.1f} p99 {:>6.1f} ms  {}  {:>8.1f} "
        "MB\n",
        name, live_.size(), rate, percentile(commits, 0.5), percentile(commits, 0.99), charts(),
        database_mb(*connection));
    std::fflush(stdout);
  }

 private:
  Live register_one() {
    Live live{core::RunId::random(), core::WriterId::random(), {}, 0};
    live.registered = storage::register_writer(database_, {live.run, live.writer, "bench", kStart});
    ++known_;
    return live;
  }

  // A frame of each live run, in one group.
  std::uint64_t commit(storage::PgConnection& connection) {
    const auto& [payload, frame] = frames_[next_frame_++ % frames_.size()];
    std::vector<storage::Chain> chains;
    for (Live& live : live_) {
      storage::Chain chain{
          live.registered.stream_id, live.registered.epoch, live.run, live.writer, {}};
      chain.parts.push_back({live.offset, live.offset + payload.size(), payload, frame});
      live.offset += payload.size();
      chains.push_back(std::move(chain));
    }
    for (const auto& result : storage::commit_chains(connection, chains, kStart))
      if (result.state != storage::CommitState::kCommitted)
        throw std::runtime_error("a chain was not committed");
    return chains.size();
  }

  // Of a live run, whose frames are not compacted, and of the run that was filled last.
  std::string charts() {
    std::string text =
        fmt::format("chart, live {:>6.1f} ms", chart(live_.front().run, "train/metric_0"));
    if (charted_) text += fmt::format("  filled {:>6.1f} ms", chart(*charted_, "loss"));
    return text;
  }

  double chart(core::RunId run, const std::string& key) {
    std::vector<double> times;
    for (int i = 0; i < 10; ++i) {
      const auto start = Steady::now();
      query::SeriesRequest request;
      request.runs = {run};
      request.keys = {key};
      http::series_binary(query::read_series(database_, request));
      times.push_back(ms_since(start));
    }
    return percentile(times, 0.5);
  }

  static double database_mb(storage::PgConnection& connection) {
    return static_cast<double>(
               connection.run("SELECT pg_database_size(current_database())").bigint(0, 0)) /
           1e6;
  }

  storage::Database& database_;
  const double seconds_;
  std::vector<std::pair<std::string, std::shared_ptr<const spool::Frame>>> frames_;
  std::vector<Live> live_;
  std::optional<core::RunId> charted_;
  std::size_t known_ = 0, next_frame_ = 0;
  double filled_ = 0;
  std::uint32_t seed_ = 0;
};

void run(std::int64_t most_runs, double most_points, double seconds) {
  test::PostgresCluster cluster(test::Durability::kFull);
  {
    fmt::print("runs (one in a hundred is live, at most {}, and sends 10-point frames)\n",
               kMostLive);
    storage::Database database({.dsn = cluster.fresh_database()});
    storage::migrate(database);
    Growth growth(database, seconds);
    for (std::int64_t runs = 1; runs <= most_runs; runs *= 10) {
      growth.register_runs(runs);
      growth.measure(fmt::format("{} runs", runs));
    }
  }
  fmt::print("points, in runs of 10^7 (10 live runs beside them)\n");
  storage::Database database({.dsn = cluster.fresh_database()});
  storage::migrate(database);
  Growth growth(database, seconds);
  growth.register_runs(1'000);
  for (double points = 1e6; points <= most_points * 1.01; points *= 10) {
    const auto start = Steady::now();
    growth.fill(points);
    const double filling = ms_since(start) / 1e3;
    growth.measure(fmt::format("10^{:.0f} points ({:.0f} s)", std::log10(points), filling));
  }
}

}  // namespace
}  // namespace tracker::bench

int main(int argc, char** argv) {
  std::int64_t most_runs = 100'000;
  double most_points = 1e8, seconds = 5;
  CLI::App app("Measures commits and charts as the database grows, tenfold at a time");
  app.add_option("--most-runs", most_runs)->capture_default_str();
  app.add_option("--most-points", most_points, "1e9 takes some minutes and 5 GB of disk")
      ->capture_default_str();
  app.add_option("--seconds", seconds, "of each measurement")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::warn);
  try {
    tracker::bench::run(most_runs, most_points, seconds);
  } catch (const std::exception& error) {
    fmt::print(stderr, "growth_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
