#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "artifacts/directory_store.hpp"
#include "gc_rounds.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"
#include "support/temp_directory.hpp"

// A few rounds of what artifact_gc_rounds does by the thousand.
namespace tracker::artifacts {
namespace {

class ArtifactGc : public testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    storage::migrate(database);
  }
  void run(std::uint64_t rounds, ChunkStore* store = nullptr) {
    GcRound sum;
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
      const GcRound round = run_gc_round(database, seed, store);
      ASSERT_EQ(round.failure, "");
      sum.versions += round.versions;
      sum.collected += round.collected;
    }
    EXPECT_GT(sum.versions, rounds);
    EXPECT_GT(sum.collected, rounds);
  }
  storage::Database database{{.dsn = test::PostgresCluster::instance().fresh_database()}};
};

TEST_F(ArtifactGc, RacingUploadsLosesNothing) { run(25); }

TEST_F(ArtifactGc, RacingUploadsToAFolderLosesNothingAndLeavesNoFile) {
  test::TempDirectory folder;
  DirectoryStore store(folder / "chunks");
  run(5, &store);
  namespace fs = std::filesystem;
  const fs::recursive_directory_iterator files(folder.path());
  EXPECT_EQ(
      std::count_if(begin(files), end(files), [](auto& one) { return one.is_regular_file(); }), 0);
}

}  // namespace
}  // namespace tracker::artifacts
