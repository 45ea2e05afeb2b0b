#include "storage/row_table.hpp"

#include <gtest/gtest.h>

namespace tracker::storage {
namespace {

spool::RowGroup group(std::vector<std::string> keys, std::vector<std::uint32_t> order,
                      std::vector<double> values) {
  spool::RowGroup out;
  out.keys = std::move(keys);
  for (const std::uint32_t at : order) {
    out.steps.push_back(at);
    out.times_us.push_back(1'000 + at);
  }
  out.order = std::move(order);
  out.values = std::move(values);
  return out;
}

TEST(RowTable, KeySetsInAnyOrderAreOneGroupInLogOrder) {
  RowTable table(10);
  spool::Frame frame;
  frame.groups.push_back(group({"b", "a"}, {0, 3}, {1, 2, 3, 4}));
  frame.groups.push_back(group({"a", "b"}, {1, 2}, {5, 6, 7, 8}));
  table.add(frame);
  ASSERT_EQ(table.groups().size(), 1u);
  const RowColumns& rows = table.groups().begin()->second;
  EXPECT_EQ(rows.order, (std::vector<std::int64_t>{10, 11, 12, 13}));
  EXPECT_EQ(rows.values[0], (std::vector<double>{3, 5, 6, 4}));  // a
  EXPECT_EQ(rows.values[1], (std::vector<double>{1, 7, 8, 2}));  // b
  EXPECT_EQ(table.next_row(), 14);
}

TEST(RowTable, AKeyTwiceInARowCountsOnceAndTheLaterWins) {
  RowTable table(0);
  spool::Frame frame;
  frame.groups.push_back(group({"a", "a"}, {0}, {1, 2}));
  table.add(frame);
  ASSERT_EQ(table.groups().begin()->first.keys, std::vector<std::string>{"a"});
  EXPECT_EQ(table.groups().begin()->second.values[0], std::vector<double>{2});
}

TEST(RowTable, SplittingKeepsEveryPoint) {
  RowTable table(0);
  spool::Frame frame;
  frame.groups.push_back(group({"a"}, {0}, {1}));
  frame.groups.push_back(group({"a", "b"}, {1}, {2, 3}));
  table.add(frame);
  table.split({false, {"a", "b"}});
  ASSERT_EQ(table.groups().size(), 2u);
  EXPECT_EQ(table.groups().at({false, {"a"}}).values[0], (std::vector<double>{1, 2}));
  EXPECT_EQ(table.groups().at({false, {"b"}}).values[0], (std::vector<double>{3}));
}

}  // namespace
}  // namespace tracker::storage
