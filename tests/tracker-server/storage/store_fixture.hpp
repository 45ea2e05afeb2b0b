#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frame/frame.hpp"
#include "storage/compaction.hpp"
#include "storage/database.hpp"
#include "storage/migrate.hpp"
#include "storage/run_snapshot.hpp"
#include "storage/streams.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::storage {

// A migrated database of its own for each test.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = std::make_unique<Database>(
        DatabaseOptions{.dsn = test::PostgresCluster::instance().fresh_database()});
    migrate(*database);
  }

  std::unique_ptr<Database> database;
};

// A writer of a run, and its offset, as a relay would keep them.
struct TestWriter {
  core::RunId run;
  core::WriterId writer;
  std::string project;
  RegisteredWriter registered;
  std::uint64_t offset = 0;
};

inline constexpr std::int64_t kNow = 1'700'000'000'000'000;

inline TestWriter make_writer(Database& database, core::RunId run = core::RunId::random(),
                              const std::string& project = "imdb") {
  TestWriter writer{run, core::WriterId::random(), project, {}, 0};
  writer.registered = register_writer(database, {run, writer.writer, project, kNow});
  writer.offset = writer.registered.acked;
  return writer;
}

// Rows of one key set: value k of row r is values[k * rows + r].
inline spool::RowGroup make_rows(std::vector<std::string> keys, std::vector<std::int64_t> steps,
                                 std::vector<double> values) {
  spool::RowGroup group;
  group.keys = std::move(keys);
  for (std::size_t r = 0; r < steps.size(); ++r) {
    group.times_us.push_back(kNow + steps[r] * 1000);
    group.order.push_back(static_cast<std::uint32_t>(r));
  }
  group.steps = std::move(steps);
  group.values = std::move(values);
  return group;
}

// The next frame of the writer, as a chain of one. `size` is how many bytes of log it stands for.
inline Chain make_chain(const TestWriter& writer, spool::Frame frame, std::uint64_t size = 100) {
  Chain chain{writer.registered.stream_id, writer.registered.epoch, writer.run, writer.writer, {}};
  std::string payload = spool::encode_frame(frame);
  chain.parts.push_back({writer.offset, writer.offset + size, std::move(payload),
                         std::make_shared<const spool::Frame>(std::move(frame))});
  return chain;
}

inline ChainResult commit_one(Database& database, const Chain& chain) {
  return commit_chains(*database.pg(), {&chain, 1}, kNow).front();
}

// Commits a frame and moves the writer on; expects it to fit.
inline void log_frame(Database& database, TestWriter& writer, spool::Frame frame) {
  const ChainResult result = commit_one(database, make_chain(writer, std::move(frame)));
  ASSERT_EQ(result.state, CommitState::kCommitted);
  writer.offset = result.acked;
}

inline void log_rows(Database& database, TestWriter& writer, spool::RowGroup rows) {
  spool::Frame frame;
  frame.groups.push_back(std::move(rows));
  log_frame(database, writer, std::move(frame));
}

// All points of a key, in a snapshot of its own; none for an unknown key.
inline core::Points points_of(Database& database, core::RunId run, std::string_view name) {
  RunSnapshot snapshot(database, run);
  const Key* key = snapshot.find_key(name);
  return key == nullptr ? core::Points{} : snapshot.points(*key, {});
}

}  // namespace tracker::storage
