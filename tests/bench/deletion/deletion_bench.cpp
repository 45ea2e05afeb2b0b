// What deleting half of the runs gives back: bytes of the tables that hold series, after each step.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <pqxx/pqxx>
#include <random>

#include "storage/deletion.hpp"
#include "storage/purge.hpp"
#include "storage/verify.hpp"
#include "storage/whole_database.hpp"
#include "tracker-server/storage/store_fixture.hpp"

namespace {

using namespace tracker::storage;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 40, kRows = 40'000;
const std::vector<std::string> kKeys = {"acc", "grad_norm", "loss", "lr"};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double megabytes(Database& database) {
  const auto connection = database.sql();
  pqxx::work transaction(*connection);
  return transaction
             .exec1(
                 "SELECT sum(pg_total_relation_size(t::regclass)) FROM "
                 "unnest(ARRAY['chunk','axis_chunk','pyramid','series','series_group']) t")[0]
             .as<double>() /
         1e6;
}

TestWriter log_run(Database& database, std::mt19937_64& random) {
  TestWriter writer = make_writer(database);
  std::normal_distribution<double> noise;
  for (int at = 0; at < kRows; at += 4'000) {
    std::vector<std::int64_t> steps;
    std::vector<double> values;
    for (int i = 0; i < 4'000; ++i) steps.push_back(at + i);
    for (std::size_t i = 0; i < kKeys.size() * 4'000; ++i)
      values.push_back(static_cast<float>(noise(random)));
    tracker::spool::Frame frame;
    frame.groups.push_back(make_rows(kKeys, steps, values));
    const Chain chain = make_chain(writer, std::move(frame));
    writer.offset = commit_one(database, chain).acked;
  }
  while (compact_run(*database.pg(), writer.run).more) {
  }
  return writer;
}

}  // namespace

int main() {
  Database database({.dsn = tracker::test::PostgresCluster::instance().fresh_database()});
  migrate(database);
  std::mt19937_64 random(1);
  std::vector<TestWriter> runs;
  for (int i = 0; i < kRuns; ++i) runs.push_back(log_run(database, random));
  const double full = megabytes(database);
  const double points = double{kRuns} * kRows * static_cast<double>(kKeys.size());
  std::printf("%d runs, %.1f M points: %.1f MB, %.2f B/point\n", kRuns, points / 1e6, full,
              full * 1e6 / points);
  const auto say = [&](const char* what) {
    const double now = megabytes(database);
    std::printf("%-44s %8.1f MB  %5.2f of before\n", what, now, now / full);
  };

  auto start = Clock::now();
  double longest = 0;
  for (int i = 0; i < kRuns; i += 2) {
    delete_run(database, runs[static_cast<std::size_t>(i)].run, {kNow, 0});
    for (Purged step; !step.done;) {
      const auto began = Clock::now();
      step = purge_step(*database.pg(), runs[static_cast<std::size_t>(i)].run, kNow);
      longest = std::max(longest, seconds_since(began));
    }
  }
  std::printf("every second run deleted and removed in %.2f s; longest step %.0f ms\n",
              seconds_since(start), longest * 1e3);
  say("rows removed");
  start = Clock::now();
  vacuum_chunks(database);
  std::printf("VACUUM %.2f s\n", seconds_since(start));
  say("after VACUUM");
  for (int i = 0; i < kRuns / 2; ++i) log_run(database, random);
  say("as many runs logged again");

  for (int i = 1; i < kRuns; i += 2) {
    delete_run(database, runs[static_cast<std::size_t>(i)].run, {kNow, 0});
    while (!purge_step(*database.pg(), runs[static_cast<std::size_t>(i)].run, kNow).done) {
    }
  }
  vacuum_chunks(database);
  say("half of them removed, VACUUM");
  start = Clock::now();
  for (const std::string& table : shrinkable_tables()) shrink_table(database.options().dsn, table);
  std::printf("shrink %.2f s\n", seconds_since(start));
  say("after shrink");
  start = Clock::now();
  std::uint64_t bytes = 0, looked = 0, findings = 0;
  PgConnection connection(database.options().dsn, 0);
  for (const auto& run : all_runs(connection)) {
    const Verified verified = verify_run(connection, run);
    bytes += verified.bytes;
    looked += verified.points;
    findings += verified.findings.size();
  }
  const double took = seconds_since(start);
  std::printf(
      "check, one thread: %.1f M points, %.1f MB in %.2f s: %.1f M points/s, findings %llu\n",
      static_cast<double>(looked) / 1e6, static_cast<double>(bytes) / 1e6, took,
      static_cast<double>(looked) / 1e6 / took, static_cast<unsigned long long>(findings));
  return 0;
}
