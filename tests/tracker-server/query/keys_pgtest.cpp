#include <gtest/gtest.h>

#include <tracker/error.hpp>

#include "../storage/store_fixture.hpp"
#include "query/keys.hpp"

namespace tracker::query {
namespace {

using KeysTest = storage::StoreTest;

// One run compacted, one with a tail over what is compacted, one with nothing compacted.
TEST_F(KeysTest, KeysOfManyRunsAreThoseOfEachAskedAlone) {
  std::vector<core::RunId> ids;
  for (int i = 0; i < 3; ++i) {
    storage::TestWriter writer = storage::make_writer(*database);
    spool::Frame frame;
    frame.groups.push_back(storage::make_rows({"loss", "lr"}, {1, 2, 3}, {2, 8, 5, 1, 1, 1}));
    frame.records.push_back(spool::MetricDefinition{"lo*", R"({"step_metric":"tokens"})"});
    storage::log_frame(*database, writer, frame);
    if (i < 2) storage::compact_run(*database->pg(), writer.run);
    if (i > 0) storage::log_rows(*database, writer, storage::make_rows({"loss"}, {2, 7}, {1, 9}));
    ids.push_back(writer.run);
  }
  std::vector<core::RunId> asked{ids[2], core::RunId::random(), ids[0], ids[1]};
  const auto all = list_keys_of(*database, asked);
  ASSERT_EQ(all.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all[i].run, asked[i == 0 ? 0 : i + 1]);
    const auto alone = list_keys(*database, all[i].run);
    ASSERT_EQ(all[i].keys.size(), alone.size());
    for (std::size_t k = 0; k < alone.size(); ++k) {
      EXPECT_EQ(all[i].keys[k].key.name, alone[k].key.name);
      EXPECT_EQ(all[i].keys[k].key.stats.count, alone[k].key.stats.count);
      EXPECT_EQ(all[i].keys[k].key.stats.max, alone[k].key.stats.max);
      EXPECT_EQ(all[i].keys[k].key.stats.steps_rise, alone[k].key.stats.steps_rise);
      EXPECT_EQ(all[i].keys[k].definition_json, alone[k].definition_json);
    }
  }
  EXPECT_EQ(all[0].keys[0].key.stats.count, 5u);
  EXPECT_TRUE(all[0].keys[0].definition_json.has_value());
}

TEST_F(KeysTest, TooManyRunsAreRefused) {
  const std::vector<core::RunId> many(kMostKeyRuns + 1, core::RunId::random());
  EXPECT_THROW(list_keys_of(*database, many), Error);
}

}  // namespace
}  // namespace tracker::query
