// artifact_gc_rounds [ROUNDS [SEED]]: uploads, deletions and collections against each other; a
// round that fails names its seed.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "gc_rounds.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

int main(int argc, char** argv) {
  using namespace tracker;
  spdlog::set_level(spdlog::level::critical);
  const std::uint64_t rounds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000;
  const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  storage::Database database({.dsn = test::PostgresCluster::instance().fresh_database()});
  storage::migrate(database);
  std::size_t versions = 0, chunks = 0, collected = 0, failed = 0;
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    const auto round = artifacts::run_gc_round(database, seed);
    if (!round.failure.empty()) std::printf("%s\n", round.failure.c_str());
    failed += round.failure.empty() ? 0 : 1;
    versions += round.versions;
    chunks += round.chunks;
    collected += round.collected;
  }
  std::printf(
      "rounds %zu  versions read back %zu  chunks read back %zu  chunks collected %zu  failed "
      "%zu\n",
      static_cast<std::size_t>(rounds), versions, chunks, collected, failed);
  return failed == 0 ? 0 : 1;
}
