// Ingest as it is used: client → gRPC → group commit → PostgreSQL with fsync, acknowledged after
// the commit, compaction running beside it. Client, server and PostgreSQL share this machine.
// Beside it, in the same run and on the same cluster, the plain way: COPY into a table with a row a
// point.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "ingest/ingest.hpp"
#include "load.hpp"
#include "row_per_point.hpp"
#include "rpc/ingest_service.hpp"
#include "rpc/server.hpp"
#include "storage/compaction.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker {
namespace {

struct Measured {
  double points_per_second = 0, frames_per_second = 0, ack_p50_ms = 0, ack_p99_ms = 0;
  double values = 0, axis = 0, pyramid = 0;  // bytes a point
  double bytes_per_point = 0, frame_bytes_per_point = 0, compaction_seconds = 0;
};

std::int64_t table_bytes(storage::Database& database) {
  return database.pg()
      ->run(
          "SELECT (pg_total_relation_size('axis_chunk') + pg_total_relation_size('chunk') + "
          "pg_total_relation_size('pyramid') + pg_total_relation_size('series'))::bigint")
      .bigint(0, 0);
}

// What the payloads alone take, without rows, pages and what merging left behind.
double payload_bytes(storage::Database& database, const char* sql) {
  return static_cast<double>(database.pg()->run(sql).bigint(0, 0));
}

// What is left when the load ends is compacted here, and timed: a server that only put it off would
// show.
double compact_rest(storage::Database& database) {
  const auto start = std::chrono::steady_clock::now();
  const storage::Database::PgLease connection = database.pg();
  for (const core::RunId& run : storage::runs_to_compact(*connection))
    while (storage::compact_run(*connection, run).more) {
    }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Measured measure(const std::string& dsn, const bench::LoadShape& shape,
                 std::chrono::seconds duration) {
  storage::Database database({.dsn = dsn});
  storage::migrate(database);
  const core::SystemClock clock;
  ingest::Ingest service(database, clock);
  rpc::IngestService rpc_service(service);
  rpc::ServerOptions options;
  options.port = 0;
  rpc::Server server(options, {&rpc_service.service()});
  service.start();
  server.start();
  const bench::LoadResult load =
      bench::run_load("127.0.0.1:" + std::to_string(server.port()), shape, duration);
  service.stop();
  server.stop(std::chrono::seconds(2));
  Measured m;
  m.compaction_seconds = compact_rest(database);
  m.points_per_second = static_cast<double>(load.points) / load.seconds;
  m.frames_per_second = static_cast<double>(load.frames) / load.seconds;
  m.ack_p50_ms = bench::percentile(load.ack_ms, 0.5);
  m.ack_p99_ms = bench::percentile(load.ack_ms, 0.99);
  m.bytes_per_point = static_cast<double>(table_bytes(database)) / static_cast<double>(load.points);
  m.frame_bytes_per_point =
      static_cast<double>(load.payload_bytes) / static_cast<double>(load.points);
  const auto points = static_cast<double>(load.points);
  m.values =
      payload_bytes(database, "SELECT sum(octet_length(payload || rest))::bigint FROM chunk") /
      points;
  m.axis =
      payload_bytes(database, "SELECT sum(octet_length(payload))::bigint FROM axis_chunk") / points;
  m.pyramid =
      payload_bytes(database, "SELECT coalesce(sum(octet_length(payload)), 0) FROM pyramid") /
      points;
  return m;
}

void print(const char* name, const Measured& m) {
  fmt::print("{:<30} {:>9.0f} points/s {:>7.0f} frames/s, ack p50 {:.1f} ms p99 {:.1f} ms\n", name,
             m.points_per_second, m.frames_per_second, m.ack_p50_ms, m.ack_p99_ms);
  fmt::print(
      "{:<30} wire {:.2f} B/point, tables {:.2f} B/point (values {:.2f}, axis {:.2f}, pyramid "
      "{:.2f}), "
      "rest compacted in {:.1f} s\n",
      "", m.frame_bytes_per_point, m.bytes_per_point, m.values, m.axis, m.pyramid,
      m.compaction_seconds);
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) {
  using namespace tracker;
  CLI::App app("Measures ingest through gRPC into PostgreSQL beside COPY of a row a point");
  int seconds = 10;
  bench::LoadShape shape;
  app.add_option("--seconds", seconds, "of each measurement")->capture_default_str();
  app.add_option("--streams", shape.streams, "runs at once")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::warn);
  const std::chrono::seconds duration(seconds);

  test::PostgresCluster cluster(test::Durability::kFull);
  shape.keys = 10;
  shape.rows = 10;
  const Measured large = measure(cluster.fresh_database(), shape, duration);
  print("100-point frames, flat out", large);
  shape.frames_per_second = 10'000;
  print("100-point frames, 1 M points/s", measure(cluster.fresh_database(), shape, duration));
  shape.rows = 1;
  shape.frames_per_second = 0;
  const Measured small = measure(cluster.fresh_database(), shape, duration);
  print("10-point frames, flat out", small);
  const bench::PlainResult plain =
      bench::run_row_per_point(cluster.fresh_database(), 1'000, duration);
  const double plain_rate = static_cast<double>(plain.points) / plain.seconds;
  fmt::print("{:<30} {:>9.0f} points/s, tables {:.2f} B/point (1,000 rows a transaction)\n",
             "COPY, row per point", plain_rate, plain.bytes_per_point);
  fmt::print(
      "ratio, points/s: {:.1f}x (100-point frames), {:.1f}x (10-point frames); bytes: "
      "{:.1f}x fewer\n",
      large.points_per_second / plain_rate, small.points_per_second / plain_rate,
      plain.bytes_per_point / large.bytes_per_point);
  return 0;
}
