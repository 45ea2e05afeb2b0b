#include "ingest/compaction_queue.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "core/time.hpp"

namespace tracker::ingest {
namespace {

using Waiting = CompactionQueue::Waiting;

class CompactionQueueTest : public testing::Test {
 protected:
  // What a commit of one frame says, with so many rows of one value or with records.
  static Committed committed(core::RunId run, std::size_t rows,
                             std::vector<spool::Record> records = {}) {
    auto frame = std::make_shared<spool::Frame>();
    frame->records = std::move(records);
    if (rows > 0) {
      spool::RowGroup group;
      group.times_us.resize(rows);
      group.values.resize(rows);
      frame->groups.push_back(std::move(group));
    }
    return {{{run, core::WriterId{}, 0, 0, std::move(frame)}}, {}};
  }
  bool takes(std::int64_t at_us) {
    const auto taken = queue.take_due(at_us);
    return taken.size() == 1 && taken.front().first == run;
  }

  IngestOptions options;
  CompactionQueue queue{options};
  core::RunId run = core::RunId::random();
  std::int64_t begin = core::kMinuteUs;
};

TEST_F(CompactionQueueTest, ARunIsDueWhenItsOldestFrameIsOldEnough) {
  queue.note(committed(run, 1), begin);
  queue.note(committed(run, 1), begin + options.compact_age_us - 1);
  EXPECT_FALSE(takes(begin + options.compact_age_us - 1));
  EXPECT_TRUE(takes(begin + options.compact_age_us));
  EXPECT_FALSE(takes(begin + options.compact_age_us)) << "it was taken";
}

TEST_F(CompactionQueueTest, ARunThatLogsSlowlyIsDueOnceAPause) {
  queue.note_compacted(run, begin);
  queue.note(committed(run, 1), begin);
  EXPECT_FALSE(takes(begin + options.compact_age_us));
  EXPECT_FALSE(takes(begin + options.compact_pause_us - 1));
  EXPECT_TRUE(takes(begin + options.compact_pause_us));
}

TEST_F(CompactionQueueTest, ManyRowsAreDueAtOnceHoweverTheyCame) {
  queue.note_compacted(run, begin);
  queue.note(committed(run, options.compact_rows - 1), begin);
  EXPECT_FALSE(takes(begin));
  queue.note(committed(run, 1), begin);
  EXPECT_TRUE(takes(begin));
}

TEST_F(CompactionQueueTest, ManyBatchesOfConsoleLinesAreDueAtOnce) {
  for (int batch = 0; batch < 255; ++batch)
    queue.note(committed(run, 0, {spool::Console{}}), begin);
  EXPECT_FALSE(takes(begin));
  queue.note(committed(run, 0, {spool::Console{}}), begin);
  EXPECT_TRUE(takes(begin));
}

TEST_F(CompactionQueueTest, ARunThatEndedIsDueAtOnceUnlessItIsToWaitForTheNextTry) {
  queue.note_compacted(run, begin);
  queue.note(committed(run, 1, {spool::Finish{}}), begin);
  EXPECT_TRUE(takes(begin));
  queue.note_end(run, begin);
  EXPECT_TRUE(takes(begin));
  queue.put_back(run, {.since_us = begin + 2, .ended = true});
  EXPECT_FALSE(takes(begin + 1));
  EXPECT_TRUE(takes(begin + 2));
}

TEST_F(CompactionQueueTest, WhatIsPutBackJoinsWhatCameMeanwhile) {
  queue.note(committed(run, 1, {spool::Console{}}), begin);
  queue.put_back(run, {.since_us = begin + core::kMinuteUs, .log_batches = 7, .ended = true});
  const auto taken = queue.take_due(begin);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken.front().second.log_batches, 8u);
  EXPECT_EQ(taken.front().second.rows, 1u);
  EXPECT_TRUE(taken.front().second.ended);
}

TEST_F(CompactionQueueTest, WhatTheDatabaseFoundDoesNotMakeAWaitingRunYounger) {
  queue.note(committed(run, 1), begin);
  const core::RunId other = core::RunId::random();
  queue.note_found(std::vector{run, other}, begin + 5);
  EXPECT_EQ(queue.size().runs, 2u);
  EXPECT_EQ(queue.size().oldest_us, begin);
  EXPECT_TRUE(takes(begin + options.compact_age_us));
}

TEST_F(CompactionQueueTest, SmallRunsHaveHalfOfTheTimeAndOthersDoNotWait) {
  using std::chrono_literals::operator""ms;
  const std::chrono::nanoseconds took = 3ms;
  EXPECT_EQ(queue.rest_after({.rows = 1}, took), took);
  EXPECT_EQ(queue.rest_after({.rows = 1, .ended = true}, took), 0ms);
  EXPECT_EQ(queue.rest_after({.rows = options.compact_rows}, took), 0ms);
  EXPECT_EQ(queue.rest_after({.points = options.compact_points}, took), 0ms);
}

}  // namespace
}  // namespace tracker::ingest
