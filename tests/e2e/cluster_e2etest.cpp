// Several tracker-servers on one database; the test itself is in tests/e2e/cluster.
#include <gtest/gtest.h>

#include <chrono>

#include "support/cluster_e2etest_paths.hpp"
#include "support/directories.hpp"
#include "support/postgres/postgres_fixture.hpp"
#include "support/process/process.hpp"

namespace {

TEST(Cluster, servers_of_one_database_show_what_any_of_them_committed) {
  test_support::ProcessOptions options;
  options.command = {NODE_PROGRAM, "--test",
                     TRACKER_SOURCE_DIR "/tests/e2e/cluster/cluster_e2etest.mjs"};
  options.environment["TRACKER_BIN"] = TRACKER_BINARY_DIR "/bin";
  options.environment["TRACKER_DATABASE_URL"] =
      tracker::test::PostgresCluster::instance().fresh_database();
  const auto result = test_support::run(options, {}, std::chrono::seconds(200));
  EXPECT_EQ(result.status.code, 0) << result.output << result.errors;
  RecordProperty("output", result.output);
}

}  // namespace
