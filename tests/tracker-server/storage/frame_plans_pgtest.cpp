#include <gtest/gtest.h>

#include "storage/compaction.hpp"
#include "storage/series_snapshot.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

// Many runs wait to be compacted, and PostgreSQL knows nothing of the table.
class FramePlans : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    writer = make_writer(*database);
    log_rows(*database, writer, make_rows({"loss"}, {0, 1}, {0, 3}));
    database->pg()->command(
        "INSERT INTO run (id, project_id, name, state, created_us) SELECT gen_random_uuid(), "
        "project.id, 'other', 1, 0 FROM project, generate_series(1, 3000);"
        "INSERT INTO writer_stream (run_id, writer_id, epoch, last_seen_us) "
        "SELECT id, gen_random_uuid(), 1, 0 FROM run WHERE name = 'other';"
        "INSERT INTO frame (slot, stream_id, from_offset, to_offset, payload) "
        "SELECT slot, 10000 + s, o * 10, o * 10 + 10, '\\x00' FROM generate_series(0, 1) slot, "
        "generate_series(1, 400) s, generate_series(1, 50) o");
    before = scans();
  }

  // Readings of whole slots, of any connection.
  std::int64_t scans() {
    const auto connection = database->pg();
    connection->run("SELECT pg_stat_force_next_flush()");
    return connection
        ->run(
            "SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'frame\\__'")
        .bigint(0, 0);
  }

  TestWriter writer;
  std::int64_t before = 0;
};

TEST_F(FramePlans, ReadingARunReadsItsFramesAlone) {
  EXPECT_EQ(points_of(*database, writer.run, "loss").size(), 2u);
  EXPECT_EQ(scans(), before);
}

TEST_F(FramePlans, ReadingSeriesReadsTheirFramesAlone) {
  {
    const SeriesSnapshot snapshot(*database, std::vector{writer.run}, std::nullopt);
    EXPECT_EQ(snapshot.keys(writer.run).front().stats.count, 2u);
  }
  EXPECT_EQ(scans(), before);
}

TEST_F(FramePlans, CompactingARunReadsItsFramesAlone) {
  {
    const auto connection = database->pg();
    EXPECT_EQ(compact_run(*connection, writer.run).frames, 1u);
  }
  EXPECT_EQ(scans(), before);
}

}  // namespace
}  // namespace tracker::storage
