// Filter, sort and first page over many runs: p50 and p99 of what the server does (the query alone,
// and with the runs of the page composed), beside the plain way (a scan of the jsonb in the run
// table) in the same run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "fill.hpp"
#include "filter/parse.hpp"
#include "query/run_search.hpp"
#include "storage/migrate.hpp"
#include "storage/run_query.hpp"
#include "storage/runs.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::bench {
namespace {

struct Case {
  const char* what;
  const char* filter;
  const char* sort;
  const char* plain;  // WHERE … ORDER BY … over jsonb; nullptr: not tried
};

constexpr Case kCases[] = {
    {"no filter, newest first", "", "-created", nullptr},
    {"no filter, by metric", "", "-m1.last", nullptr},
    {"unselective (90%)", "c1 < 0.9", "-m1.last",
     "(config->>'c1')::float8 < 0.9 ORDER BY (config->>'c2')::float8 DESC"},
    {"middle (15%)", "c1 < 0.3 and c2 > 0.5", "summary.m2",
     "(config->>'c1')::float8 < 0.3 AND (config->>'c2')::float8 > 0.5 ORDER BY "
     "(config->>'c3')::float8"},
    {"middle (1%), four terms", "c1 < 0.3 and c2 > 0.7 and m3.min < 0 and c4 in [v1, v2]",
     "-m1.max", nullptr},
    {"selective (0.5%)", "c1 < 0.005", "-m1.min",
     "(config->>'c1')::float8 < 0.005 ORDER BY (config->>'c2')::float8 DESC"},
    {"text and number", "c4 = v3 and m1.min < -0.3", "-created", nullptr},
    {"nothing fits two common terms", "c1 < 0.5 and c1 > 0.5", "-m1.last",
     "(config->>'c1')::float8 < 0.5 AND (config->>'c1')::float8 > 0.5 ORDER BY "
     "(config->>'c2')::float8"},
    {"filter against the sort", "m1.last < 0.3", "-m1.max", nullptr},
    {"either of two", "c1 < 0.001 or m3.max > 1.499", "-m1.last", nullptr},
    {"not", "not (c1 > 0.01 or c4 = v3)", "-m1.last", nullptr},
    {"as in the manual",
     "m1.min < 0.2 and c1 < 0.5 and tag:baseline and name ~ /^exp/ and state:finished and created "
     "> -30d",
     "-created", nullptr},
    {"sorted by a text, then a number", "c1 < 0.5", "c4,-m1.last", nullptr},
    {"sorted by two numbers", "c1 < 0.5", "-m1.last,c2", nullptr},
    {"by name", "", "name", nullptr},
    {"missing", "c1 is unset", "-m1.last", nullptr},
};

struct Times {
  std::vector<double> ms;
  template <class Work>
  void time(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                     .count());
  }
  double quantile(double q) {
    std::sort(ms.begin(), ms.end());
    const auto at = static_cast<std::size_t>(std::ceil(q * static_cast<double>(ms.size())));
    return ms[std::min(ms.size() - 1, at == 0 ? 0 : at - 1)];
  }
};

struct Options {
  std::size_t runs = 100'000, repeats = 50, page = 50, plain_repeats = 3;
};

const char* name_of(storage::QueryPlan plan) {
  return plan == storage::QueryPlan::kFew    ? "few"
         : plan == storage::QueryPlan::kWalk ? "walk"
                                             : "scan";
}

void print_size(storage::Database& database) {
  const auto rows = database.pg()->run(
      "SELECT pg_total_relation_size('run_attribute'), pg_total_relation_size('run'), "
      "(SELECT count(*) FROM run_attribute)");
  const auto bytes = static_cast<double>(rows.bigint(0, 0));
  fmt::print("attributes: {:.0f} MB, {:.0f} bytes each; run table {:.0f} MB\n\n", bytes / 1e6,
             bytes / static_cast<double>(rows.bigint(0, 2)),
             static_cast<double>(rows.bigint(0, 1)) / 1e6);
}

void measure(storage::Database& database, const Case& what, const Options& options) {
  const auto project = *storage::find_project_id(database, "bench");
  Times found, whole, plain;
  storage::FoundRuns last;
  for (std::size_t i = 0; i < options.repeats + 2; ++i) {
    const auto now = core::SystemClock().now_us();
    storage::RunQuery query{.project = project,
                            .filter = filter::parse_filter(what.filter, now),
                            .sort = filter::parse_sort(what.sort),
                            .now_us = now,
                            .limit = options.page,
                            .after = {}};
    found.time([&] { last = storage::query_runs(database, query); });
    const query::RunListRequest request{.project = "bench",
                                        .limit = options.page,
                                        .cursor = {},
                                        .filter = what.filter,
                                        .sort = what.sort};
    whole.time([&] { query::search_runs(database, request); });
    if (i < 2) found.ms.clear(), whole.ms.clear();  // the first ones fill caches
  }
  std::string beside;
  if (what.plain != nullptr && options.plain_repeats > 0) {
    // Literals only: this is the benchmark's own text.
    const std::string sql = "SET enable_indexscan = off; SELECT id FROM run WHERE " +
                            std::string(what.plain) + " LIMIT " + std::to_string(options.page);
    for (std::size_t i = 0; i < options.plain_repeats; ++i)
      plain.time([&] { database.pg()->command(sql); });
    beside = fmt::format("{:9.0f}  {:5.0f}x", plain.quantile(0.5),
                         plain.quantile(0.5) / found.quantile(0.5));
  }
  fmt::print("{:34} {:5} {:5} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {}\n", what.what, name_of(last.plan),
             last.runs.size(), found.quantile(0.5), found.quantile(0.99), whole.quantile(0.5),
             whole.quantile(0.99), beside);
}

void measure_others(storage::Database& database, const Options& options) {
  Times facets, groups;
  for (std::size_t i = 0; i < std::max<std::size_t>(options.repeats / 10, 3); ++i) {
    facets.time([&] { query::facets(database, {"bench", "c1 < 0.5", "c4,state,tag,m1.last"}); });
    groups.time([&] { query::groups(database, {"bench", "c1 < 0.5", "c4", "m1.last,m2.min"}); });
  }
  fmt::print(
      "\nfour facets under a filter: p50 {:.0f} ms; groups by one field with two metrics: p50 "
      "{:.0f} ms\n",
      facets.quantile(0.5), groups.quantile(0.5));
}

int run(const Options& options) {
  storage::Database database(
      {.dsn = test::PostgresCluster::instance().fresh_database(), .statement_timeout_ms = 600'000});
  storage::migrate(database);
  const auto begin = std::chrono::steady_clock::now();
  fill(database, options.runs, core::SystemClock().now_us());
  const std::chrono::duration<double> filled = std::chrono::steady_clock::now() - begin;
  const double seconds = check_attributes(database, 200, core::SystemClock().now_us());
  fmt::print(
      "{} runs x 100 attributes, filled in {:.0f} s; the job looks at {:.0f} unchanged runs a "
      "second\n",
      options.runs, filled.count(), 200 / seconds);
  print_size(database);
  fmt::print("{:34} {:5} {:5} {:>17} {:>17}  {}\n", "ms", "", "", "query p50    p99",
             "page p50     p99", "jsonb scan p50, ratio");
  for (const auto& what : kCases) measure(database, what, options);
  measure_others(database, options);
  return 0;
}

}  // namespace
}  // namespace tracker::bench

int main(int argc, char** argv) {
  CLI::App app("Filter, sort and page over many runs");
  tracker::bench::Options options;
  app.add_option("--runs", options.runs, "runs in the project")
      ->check(CLI::Range(1'000, 10'000'000));
  app.add_option("--repeats", options.repeats, "of each question")->check(CLI::Range(1, 100'000));
  app.add_option("--page", options.page, "runs a page")->check(CLI::Range(1, 1'000));
  app.add_option("--plain-repeats", options.plain_repeats, "of the plain way; 0: not at all");
  CLI11_PARSE(app, argc, argv);
  try {
    return tracker::bench::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "run_query_bench: {}\n", error.what());
    return 1;
  }
}
