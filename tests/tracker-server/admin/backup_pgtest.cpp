#include <atomic>
#include <fstream>
#include <thread>

#include "../storage/full_run.hpp"
#include "admin/backup.hpp"
#include "admin/check.hpp"
#include "storage/frame_ring.hpp"
#include "storage/runs.hpp"
#include "support/temp_directory.hpp"

namespace tracker::admin {
namespace {

namespace fs = std::filesystem;

class BackupTest : public storage::StoreTest {
 protected:
  std::string dsn() const { return database->options().dsn; }
  Manifest save(const fs::path& to) { return backup({dsn(), to, "test"}, {}); }
  static CheckResult look(const std::string& dsn, std::size_t threads = 2) {
    return check(
        {.dsn = dsn, .run = {}, .threads = threads}, [](const auto&) {}, [](const auto&) {}, {});
  }
  static ErrorCode code_of(const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
      return error.code();
    }
    ADD_FAILURE() << "did not fail";
    return ErrorCode::kInternal;
  }
  test::TempDirectory root;
};

TEST_F(BackupTest, WhatIsRestoredIsSoundAndWhatWasThere) {
  const auto writer = storage::log_full_run(*database);
  const auto points = storage::points_of(*database, writer.run, "loss");
  const Manifest manifest = save(root / "b");
  EXPECT_EQ(manifest.schema_version, storage::schema_version());
  EXPECT_EQ(manifest.rows.at("run"), 1);
  EXPECT_GE(manifest.rows.at("frame"), 2);  // compacted ones too, until their slot is truncated
  const std::string target = test::PostgresCluster::instance().fresh_database();
  restore({target, root / "b"}, {});
  storage::Database restored({.dsn = target});
  storage::migrate(restored);
  EXPECT_EQ(look(target).verified.findings.size(), 0u);
  EXPECT_EQ(storage::points_of(restored, writer.run, "loss").values.size(), points.values.size());
  EXPECT_EQ(storage::find_run(restored, writer.run)->name, "full");
}

TEST_F(BackupTest, IsOfOneMomentWhileOthersLogCompactAndTruncate) {
  auto writer = storage::log_full_run(*database);
  std::atomic<bool> stop{false};
  std::jthread logger([&] {
    for (int i = 0; !stop; ++i) {
      storage::log_rows(*database, writer, storage::numbered_rows({"acc", "loss"}, 40'000 + i, 1));
      if (i % 5 == 0) storage::compact_all(*database, writer.run);
      storage::maintain_frame_ring(*database, storage::kNow, {.slot_bytes = 1, .slot_age_us = 0});
    }
  });
  for (int i = 0; i < 3; ++i) {
    const fs::path directory = root / std::to_string(i);
    save(directory);
    const std::string target = test::PostgresCluster::instance().fresh_database();
    restore({target, directory}, {});
    EXPECT_EQ(look(target).verified.findings.size(), 0u);
  }
  stop = true;
}

TEST_F(BackupTest, RefusesWhatWouldOverwriteOrMix) {
  storage::log_full_run(*database);
  save(root / "b");
  EXPECT_EQ(code_of([&] { save(root / "b"); }), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of([&] { restore({dsn(), root / "b"}, {}); }), ErrorCode::kFailedPrecondition);
  const std::string empty = test::PostgresCluster::instance().fresh_database();
  EXPECT_EQ(code_of([&] {
              backup({empty, root / "c", "test"}, {});
            }),
            ErrorCode::kFailedPrecondition);
  EXPECT_EQ(code_of([&] { restore({empty, root / "nothing"}, {}); }), ErrorCode::kNotFound);
}

TEST_F(BackupTest, ADamagedBackupIsNotRestored) {
  storage::log_full_run(*database);
  save(root / "b");
  const std::string empty = test::PostgresCluster::instance().fresh_database();
  const fs::path toc = root / "b" / "database" / "toc.dat";
  {
    std::fstream file(toc, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('\x7f');
  }
  EXPECT_EQ(code_of([&] { restore({empty, root / "b"}, {}); }), ErrorCode::kDataLoss);
  fs::remove(toc);
  EXPECT_EQ(code_of([&] { restore({empty, root / "b"}, {}); }), ErrorCode::kDataLoss);
  EXPECT_TRUE(storage::is_empty_database(empty));
}

TEST_F(BackupTest, ABackupThatIsStoppedLeavesNothing) {
  storage::log_full_run(*database);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of([&] {
              backup({dsn(), root / "b", "test"}, stop.get_token());
            }),
            ErrorCode::kUnavailable);
  EXPECT_TRUE(fs::is_empty(root.path()));
}

TEST_F(BackupTest, TwoAtOnceAreRefusedAndTheRingWaitsForOne) {
  auto writer = storage::log_full_run(*database);
  storage::ExportedSnapshot snapshot(dsn());
  storage::compact_all(*database, writer.run);
  storage::maintain_frame_ring(*database, storage::kNow, {.slot_bytes = 1, .slot_age_us = 0});
  EXPECT_EQ(storage::maintain_frame_ring(*database, storage::kNow, {}).truncated, 0);
}

TEST_F(BackupTest, CheckLooksAtAllRunsOrOneAndStopsWhenAsked) {
  const auto first = storage::log_full_run(*database), second = storage::log_full_run(*database);
  storage::log_full_run(*database);
  database->pg()->command("UPDATE run SET config = '[]' WHERE id = '" + first.run.text() + "'");
  const CheckResult all = look(dsn(), 3);
  EXPECT_EQ(all.runs, 3u);
  ASSERT_EQ(all.verified.findings.size(), 1u);
  EXPECT_EQ(all.verified.findings[0].run, first.run.text());
  const auto one = [&](core::RunId run, std::stop_token stop) {
    return check(
        {.dsn = dsn(), .run = run}, [](const auto&) {}, [](const auto&) {}, stop);
  };
  EXPECT_EQ(one(second.run, {}).verified.findings.size(), 0u);
  EXPECT_EQ(code_of([&] { one(core::RunId::random(), {}); }), ErrorCode::kNotFound);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(one(second.run, stop.get_token()).stopped);
}

TEST_F(BackupTest, ShrinkingGivesRoomBackAndChangesNothing) {
  const auto gone = storage::log_full_run(*database), stays = storage::log_full_run(*database);
  database->pg()->command("DELETE FROM chunk WHERE run_id = '" + gone.run.text() + "'");
  const auto points = storage::points_of(*database, stays.run, "acc");
  const auto shrunk = storage::shrink_table(dsn(), "chunk");
  EXPECT_LT(shrunk.after, shrunk.before * 3 / 4);
  EXPECT_EQ(storage::points_of(*database, stays.run, "acc").values.size(), points.values.size());
  EXPECT_EQ(code_of([&] { storage::shrink_table(dsn(), "run; DROP TABLE run"); }),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace tracker::admin
