// Bytes a point on disk, all in: runs are logged as a server does it (frames, commits, compaction
// in passes, autovacuum's work between them), one database a kind of data, and the files of the
// tables are weighed. Beside it a row a point, and what no code can go below.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "bench/ingest/row_per_point.hpp"
#include "frame/frame.hpp"
#include "kinds.hpp"
#include "storage/compaction.hpp"
#include "storage/migrate.hpp"
#include "storage/streams.hpp"
#include "support/postgres/postgres_fixture.hpp"
#include "tables.hpp"

namespace tracker {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000'000;
constexpr std::int64_t kStepUs = 250'000;

struct Shape {
  std::int64_t steps = 100'000;
  std::size_t keys = 10;
  std::int64_t runs = 1;
  std::int64_t pass = 25'000;  // steps between two passes of the compactor
  std::int64_t frame = 100;    // steps of a frame
  std::int64_t vacuum = 6;     // passes between two vacuums
};

// Logs one run from the first step to its end.
class Logger {
 public:
  Logger(storage::Database& database, const bench::Kind& kind, const Shape& shape,
         bench::Bound& bound, std::mt19937_64& random)
      : database_(database), kind_(kind), shape_(shape), bound_(bound), random_(random) {
    writer_ = core::WriterId::random();
    registered_ = storage::register_writer(database, {run_, writer_, "bench", kStart});
    offset_ = registered_.acked;
  }

  void log() {
    std::int64_t passes = 0;
    for (std::int64_t step = 0, waiting = 0; step < shape_.steps;) {
      const std::int64_t count = std::min(shape_.frame, shape_.steps - step);
      spool::Frame frame;
      frame.groups.push_back(rows(step, count));
      step += count;
      waiting += count;
      if (step == shape_.steps) frame.records.push_back(spool::Finish{});
      commit(std::move(frame));
      if (waiting < shape_.pass && step < shape_.steps) continue;
      waiting = 0;
      while (storage::compact_run(*database_.pg(), run_).more) {
      }
      if (++passes % shape_.vacuum == 0) bench::vacuum(database_);
    }
  }

 private:
  spool::RowGroup rows(std::int64_t from, std::int64_t count) {
    spool::RowGroup group;
    group.system = kind_.system;
    for (std::size_t k = 0; k < values_.size(); ++k)
      group.keys.push_back(fmt::format("{}_{}", kind_.system ? "system/m" : "train/metric", k));
    for (std::int64_t i = 0; i < count; ++i) {
      if (!kind_.system) group.steps.push_back(from + i);
      group.times_us.push_back(kStart + (from + i) * kStepUs +
                               static_cast<std::int64_t>(random_() % 10'000));
      group.order.push_back(static_cast<std::uint32_t>(i));
    }
    for (bench::Values& values : values_)
      for (std::int64_t i = 0; i < count; ++i) {
        group.values.push_back(values(from + i, random_));
        if (kind_.unpredictable > 0) bound_.add(group.values.back());
      }
    return group;
  }

  void commit(spool::Frame frame) {
    storage::Chain chain{registered_.stream_id, registered_.epoch, run_, writer_, {}};
    std::string payload = spool::encode_frame(frame);
    chain.parts.push_back({offset_, offset_ + 1'000, std::move(payload),
                           std::make_shared<const spool::Frame>(std::move(frame))});
    offset_ = storage::commit_chains(*database_.pg(), {&chain, 1}, kStart).front().acked;
  }

  storage::Database& database_;
  const bench::Kind& kind_;
  const Shape& shape_;
  bench::Bound& bound_;
  std::mt19937_64& random_;
  std::vector<bench::Values> values_ = kind_.keys;
  core::RunId run_ = core::RunId::random();
  core::WriterId writer_;
  storage::RegisteredWriter registered_;
  std::uint64_t offset_ = 0;
};

void measure(const std::string& dsn, const bench::Kind& kind, const Shape& shape, bool details) {
  storage::Database database({.dsn = dsn});
  storage::migrate(database);
  bench::Bound bound(kind);
  std::mt19937_64 random(1);
  for (std::int64_t i = 0; i < shape.runs; ++i) Logger(database, kind, shape, bound, random).log();
  const auto tables = bench::table_bytes(database);
  const auto points =
      static_cast<double>(shape.runs * shape.steps) * static_cast<double>(kind.keys.size());
  std::int64_t total = 0;
  for (const auto& table : tables) total += table.total();
  fmt::print("{:<22} {:>7.3f}", kind.name, static_cast<double>(total) / points);
  if (kind.unpredictable > 0) fmt::print("  (entropy {:.2f})", bound.bytes());
  fmt::print("\n");
  if (!details) return;
  for (const auto& table : tables) {
    const auto each = [&](std::int64_t bytes) { return static_cast<double>(bytes) / points; };
    fmt::print("  {:<20} {:>7.3f}: heap {:.3f}, toast {:.3f}, index {:.3f}; payload {:.3f}\n",
               table.table, each(table.total()), each(table.heap), each(table.toast),
               each(table.index), each(table.payload));
  }
  std::fflush(stdout);
}

void measure_all(test::PostgresCluster& cluster, const char* what, const Shape& shape,
                 const std::string& only, bool details) {
  fmt::print("{}: {} runs x {} steps x {} keys, compacted every {} steps; bytes a point\n", what,
             shape.runs, shape.steps, shape.keys, shape.pass);
  for (const bench::Kind& kind : bench::kinds(shape.keys))
    if (kind.name.find(only) != std::string::npos)
      measure(cluster.fresh_database(), kind, shape, details);
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) {
  using namespace tracker;
  CLI::App app("Weighs the tables of series: bytes a point, beside a row a point");
  Shape shape;
  std::string only;
  bool details = false, one_shape = false;
  app.add_option("--steps", shape.steps, "of a run")->capture_default_str();
  app.add_option("--keys", shape.keys, "logged together")->capture_default_str();
  app.add_option("--runs", shape.runs)->capture_default_str();
  app.add_option("--pass", shape.pass, "steps between two compactions")->capture_default_str();
  app.add_option("--only", only, "kinds whose name has this");
  app.add_flag("--details", details, "table by table");
  app.add_flag("--one-shape", one_shape, "not the short and slow runs, not a row a point");
  CLI11_PARSE(app, argc, argv);

  test::PostgresCluster cluster(test::Durability::kNone);  // nothing is timed
  measure_all(cluster, "fast run", shape, only, details);
  if (one_shape) return 0;
  Shape slow = shape;
  slow.pass = 40;  // ten seconds of four steps
  slow.frame = 4;
  slow.steps = std::min<std::int64_t>(slow.steps, 20'000);
  measure_all(cluster, "slow run", slow, only, details);
  measure_all(cluster, "one key",
              {.steps = 4'096, .keys = 1, .runs = 100, .pass = 4'096, .frame = 100}, only, details);
  measure_all(cluster, "short runs",
              {.steps = 300, .keys = 10, .runs = 100, .pass = 300, .frame = 100}, only, details);
  const auto plain =
      bench::run_row_per_point(cluster.fresh_database(), 1'000, std::chrono::seconds(2));
  fmt::print("COPY, a row a point    {:>7.3f}\n", plain.bytes_per_point);
  return 0;
}
