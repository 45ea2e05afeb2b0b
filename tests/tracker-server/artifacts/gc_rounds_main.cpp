// Uploads, deletions and collections of garbage against each other: docs/testing.md.
#include <spdlog/spdlog.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "artifacts/directory_store.hpp"
#include "gc_rounds.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"
#include "support/temp_directory.hpp"

namespace {

using namespace tracker;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kTellEvery = 100;

struct Options {
  std::uint64_t rounds = 1'000, seed = 1;
  bool keep_going = false, folder = false;
};

// What a round that failed left would make the next one fail.
void fresh(std::optional<storage::Database>& database) {
  database.reset();
  database.emplace(
      storage::DatabaseOptions{.dsn = test::PostgresCluster::instance().fresh_database()});
  storage::migrate(*database);
}

int run(const Options& options) {
  test::TempDirectory folder;
  artifacts::DirectoryStore store(folder / "chunks");
  std::optional<storage::Database> database;
  fresh(database);
  const auto begun = Clock::now();
  artifacts::GcRound sum;
  std::uint64_t done = 0, failed = 0;
  for (std::uint64_t i = 0; i < options.rounds && (options.keep_going || failed == 0); ++i) {
    const auto round =
        artifacts::run_gc_round(*database, options.seed + i, options.folder ? &store : nullptr);
    if (!round.failure.empty()) {
      std::printf("FAILED %s\n", round.failure.c_str());
      ++failed;
      fresh(database);
    }
    sum.versions += round.versions;
    sum.chunks += round.chunks;
    sum.collected += round.collected;
    if (++done % kTellEvery == 0)
      std::printf("%llu rounds, %.0f s\n", static_cast<unsigned long long>(done),
                  std::chrono::duration<double>(Clock::now() - begun).count());
    std::fflush(stdout);
  }
  std::printf(
      "rounds %llu  versions read back %zu  chunks read back %zu  chunks collected %zu  failed "
      "%llu\n",
      static_cast<unsigned long long>(done), sum.versions, sum.chunks, sum.collected,
      static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Uploads, deletions and collections of garbage against each other."};
  Options options;
  app.add_option("--rounds", options.rounds, "how many")->capture_default_str();
  app.add_option("--seed", options.seed, "of the first round; the next has the next")
      ->capture_default_str();
  app.add_flag("--keep-going", options.keep_going, "do not end with the first that fails");
  app.add_flag("--folder", options.folder, "chunks lie in a folder, not in the database");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::critical);
  return run(options);
}
