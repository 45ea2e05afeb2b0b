#include "frame/frame_builder.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

#include "frame/frame.hpp"
#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

TEST(FrameBuilder, RowsBecomeGroupsAndKeepTheirOrder) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path()));
    const std::uint32_t a = *writer.key("a"), b = *writer.key("b");
    const auto log = [&](std::int64_t step, std::vector<KeyValue> values) {
      writer.append({.step = step, .time_us = step + 100, .values = values});
    };
    log(1, {{a, 1}, {b, 2}});
    log(2, {{b, 3}});
    writer.append(Notes{"between"});
    log(3, {{a, 4}, {b, 5}});
    log(4, {{b, 6}, {a, 7}});
    log(5, {{a, 8}, {a, 9}});
    const KeyValue sample{b, 50};
    writer.append({.step = std::nullopt, .time_us = 7, .values = {&sample, 1}});
  }
  FrameBuilder builder;
  for (const Entry& entry : read_log(dir.path()).entries) builder.add(entry);
  EXPECT_EQ(builder.rows(), 6u);
  const Frame frame = decode_frame(encode_frame(builder.take()));
  EXPECT_TRUE(builder.empty());
  ASSERT_EQ(frame.groups.size(), 5u);
  EXPECT_EQ(frame.groups[0].keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(frame.groups[0].steps, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(frame.groups[0].order, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(frame.groups[0].values, (std::vector<double>{1, 4, 2, 5}));
  EXPECT_EQ(frame.groups[2].keys, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(frame.groups[3].keys, (std::vector<std::string>{"a"}));
  EXPECT_EQ(frame.groups[3].values, (std::vector<double>{9}));
  EXPECT_TRUE(frame.groups[4].system);
  EXPECT_EQ(frame.groups[4].order, (std::vector<std::uint32_t>{5}));
  ASSERT_EQ(frame.records.size(), 1u);
}

TEST(FrameBuilder, FromAnyOffsetKnowsTheKeys) {
  TempDirectory dir;
  {
    Writer writer(options_for(dir.path(), 16u << 10));
    for (int i = 0; i < 600; ++i) {
      const KeyValue value{*writer.key("k" + std::to_string(i / 50)), i * 1.0};
      writer.append({.step = i, .time_us = i, .values = {&value, 1}});
    }
  }
  const Log whole = read_log(dir.path());
  for (const Entry& start : whole.entries) {
    FrameBuilder builder(dir.path(), start.next);
    for (const Entry& entry : read_log(dir.path(), WriterIs::kAlive, start.next).entries)
      builder.add(entry);
    for (const RowGroup& group : builder.take().groups) {
      ASSERT_EQ(group.keys, std::vector<std::string>{"k" + std::to_string(group.steps[0] / 50)});
    }
  }
  EXPECT_THROW(FrameBuilder(dir.path(), Offset{to_bytes(whole.entries[1].at) + 8}), Error);
}

TEST(FrameBuilder, RowWithAKeyTheLogNeverNamedIsDataLoss) {
  FrameBuilder builder;
  EXPECT_THROW(builder.add(Entry{Offset{0}, Offset{40}, Row{1, 2, {{3, 4.0}}}}), Error);
}

TEST(FrameBuilder, SpellingsThatBecomeOneNameShareAColumn) {
  FrameBuilder builder;
  builder.add(Entry{Offset{0}, Offset{40}, Key{0, "same"}});
  builder.add(Entry{Offset{40}, Offset{80}, Key{1, "same"}});
  builder.add(Entry{Offset{80}, Offset{120}, Row{1, 2, {{0, 3.0}, {1, 4.0}}}});
  const Frame frame = decode_frame(encode_frame(builder.take()));
  EXPECT_EQ(frame.groups.at(0).values, std::vector<double>{4.0});
}

}  // namespace
}  // namespace tracker::spool::test
