#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "gc_rounds.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::artifacts {
namespace {

TEST(ArtifactGc, RacingUploadsLosesNothing) {
  spdlog::set_level(spdlog::level::critical);
  storage::Database database({.dsn = test::PostgresCluster::instance().fresh_database()});
  storage::migrate(database);
  GcRound sum;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const GcRound round = run_gc_round(database, seed);
    ASSERT_EQ(round.failure, "");
    sum.versions += round.versions;
    sum.collected += round.collected;
  }
  EXPECT_GT(sum.versions, 25u);
  EXPECT_GT(sum.collected, 25u);
}

}  // namespace
}  // namespace tracker::artifacts
