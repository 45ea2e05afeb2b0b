// The server under load: the real tracker-server with its own PostgreSQL, runs that stream over
// the real ingest protocol, idle streams, open tabs and charts, all on this machine. In the end it
// is counted whether everything that was acknowledged is there.
//
// Ten thousand idle streams share the connections of --channels, as the protocol allows; with
// --channels as many as streams each has its own, as separate relays have, and client and server
// need that many file descriptors each: see `ulimit -n`, which is printed.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "app/server_process.hpp"
#include "charts.hpp"
#include "fleet.hpp"
#include "load.hpp"
#include "report.hpp"
#include "stored.hpp"
#include "support/process/temp_directory.hpp"
#include "tabs.hpp"
#include "usage.hpp"

namespace tracker::bench {
namespace {

constexpr std::size_t kMostPayloads = 20'000;  // then steps begin again

struct Options {
  FleetShape fleet;
  double points_per_second = 0, seconds = 60;
  std::size_t tabs = 0;
};

void check_descriptors(const Options& options) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = options.tabs + options.fleet.channels + 500;
  fmt::print("open files: {} allowed (ulimit -n), about {} needed in client and server each\n",
             limit.rlim_cur, needed);
  if (limit.rlim_cur < needed)
    throw std::runtime_error(fmt::format("too few: run `ulimit -n {}` first", needed));
}

std::size_t payload_count(const Options& options) {
  const double each =
      options.fleet.frames_per_second * options.seconds / static_cast<double>(options.fleet.runs);
  return std::clamp(static_cast<std::size_t>(each) + 1, std::size_t{1}, kMostPayloads);
}

std::string grpc_address(const std::string& url) {
  const auto answer = app::http_get(url + "/api/v1/server");
  if (!answer) throw std::runtime_error("the server does not answer");
  return fmt::format("127.0.0.1:{}", nlohmann::json::parse(answer->body)["grpc_port"].get<int>());
}

// Bytes a point as they lie now: what is not compacted yet counts as frames.
void print_sizes(const Stored& before, const Stored& after, const Fleet& fleet, double points) {
  const auto a_point = [&](std::int64_t bytes) {
    return points > 0 ? static_cast<double>(bytes) / points : 0;
  };
  fmt::print(
      "bytes a point: wire {:.2f}, tables of series {:.2f}, frames {:.2f}, whole database "
      "{:.2f}; database {:.1f} MB\n",
      points > 0 ? static_cast<double>(fleet.payload_bytes()) / points : 0,
      a_point(after.series_bytes - before.series_bytes), a_point(after.frame_bytes),
      a_point(after.database_bytes - before.database_bytes),
      static_cast<double>(after.database_bytes) / 1e6);
}

int check_counts(const std::string& url, const Fleet& fleet, const FleetShape& shape) {
  std::vector<std::uint64_t> points = fleet.frames();
  for (auto& count : points) count *= shape.rows;
  const std::string missing = missing_points(url, fleet.runs(), points);
  fmt::print("{}\n", missing.empty() ? "counts: every acknowledged point is there"
                                     : "counts: WRONG: " + missing);
  return missing.empty() ? 0 : 1;
}

void print_metrics(const std::string& url) {
  const auto answer = app::http_get(url + "/metrics");
  if (!answer) return;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("tracker_ingest_commit") || line.starts_with("tracker_compact") ||
        line.starts_with("tracker_ingest_group_frames_"))
      if (line.find("_bucket") == std::string::npos) fmt::print("  {}\n", line);
}

int run(const Options& options) {
  check_descriptors(options);
  const test_support::TempDirectory directory;
  const auto data = directory.path() / "server";
  app::ServerProcess server(data, {"--access-log", "off"});
  const auto url = server.wait_ready();
  if (!url) throw std::runtime_error("tracker-server does not start: " + server.log());
  LoadShape payloads;
  payloads.keys = options.fleet.keys;
  payloads.rows = options.fleet.rows;
  Fleet fleet(grpc_address(*url), options.fleet, make_payloads(payloads, payload_count(options)));
  const auto began = Steady::now();
  fleet.connect();
  fmt::print("connected {} streams in {:.1f} s\n", options.fleet.runs + options.fleet.idle,
             std::chrono::duration<double>(Steady::now() - began).count());
  const Usage usage(server.pid(), data);
  const Stored before = stored(data);
  std::optional<Tabs> tabs;
  if (options.tabs > 0) tabs.emplace(*url, fleet.runs(), options.tabs);
  {
    Charts charts(*url, fleet.runs());
    Report report(options.fleet, usage, charts, tabs ? &*tabs : nullptr, options.seconds);
    fleet.run(options.seconds,
              [&](const FleetCounts& counts, double elapsed) { report.second(counts, elapsed); });
    charts.stop();
    report.end(fleet);
  }
  const double points =
      static_cast<double>(fleet.counts().frames * options.fleet.rows * options.fleet.keys);
  print_sizes(before, stored(data), fleet, points);
  const int result = check_counts(*url, fleet, options.fleet);
  print_metrics(*url);
  tabs.reset();
  fleet.close();
  server.signal(SIGTERM);
  server.wait();
  return result;
}

}  // namespace
}  // namespace tracker::bench

int main(int argc, char** argv) {
  using namespace tracker::bench;
  Options options;
  CLI::App app("Puts a load on a tracker-server of its own, and measures it");
  app.add_option("--runs", options.fleet.runs, "that stream")->capture_default_str();
  app.add_option("--rows", options.fleet.rows, "of a frame")->capture_default_str();
  app.add_option("--keys", options.fleet.keys, "of a row")->capture_default_str();
  auto* points = app.add_option("--points-per-second", options.points_per_second, "of all runs");
  app.add_option("--frames-per-second", options.fleet.frames_per_second, "of all runs")
      ->excludes(points);
  app.add_option("--seconds", options.seconds)->capture_default_str();
  app.add_option("--idle", options.fleet.idle, "streams that say nothing")->capture_default_str();
  app.add_option("--tabs", options.tabs, "WebSockets, each watching a run")->capture_default_str();
  app.add_option("--channels", options.fleet.channels, "connections that the streams share")
      ->capture_default_str();
  const std::map<std::string, Sending> sending{{"each", Sending::kEach},
                                               {"batch", Sending::kBatch}};
  app.add_option("--send", options.fleet.sending,
                 "each: a message a frame; batch: what is due in one message, once the message "
                 "before is acknowledged")
      ->transform(CLI::CheckedTransformer(sending, CLI::ignore_case));
  CLI11_PARSE(app, argc, argv);
  if (options.points_per_second > 0)
    options.fleet.frames_per_second =
        options.points_per_second / static_cast<double>(options.fleet.rows * options.fleet.keys);
  if (options.fleet.frames_per_second <= 0)
    options.fleet.frames_per_second = static_cast<double>(options.fleet.runs);
  try {
    return tracker::bench::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "load_bench: {}\n", error.what());
    return 1;
  }
}
