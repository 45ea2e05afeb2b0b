#include "data/selection/shuffled_stream.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "config/error.hpp"

namespace trainer::data {
namespace {

using Order = std::vector<std::uint64_t>;

Order order_of(std::uint64_t rows, std::size_t buffer, std::uint64_t seed, std::int64_t epoch) {
  ShuffleBuffer shuffled(buffer, seed, epoch);
  Order out;
  const auto append = [&out](const Order& some) {
    out.insert(out.end(), some.begin(), some.end());
  };
  for (std::uint64_t i = 0; i < rows; ++i) append(shuffled.push(i));
  append(shuffled.finish());
  return out;
}

// datasets 5.2.0: IterableDataset.from_generator(…).shuffle(seed, buffer_size), set_epoch(epoch).
TEST(ShuffleBuffer, GivesTheOrderOfDatasets) {
  EXPECT_EQ(order_of(25, 8, 42, 0), (Order{3, 4,  2,  7,  6,  5,  11, 1, 13, 15, 0,  12, 19,
                                           9, 16, 10, 23, 17, 21, 20, 8, 22, 14, 24, 18}));
  EXPECT_EQ(order_of(25, 8, 42, 2), (Order{5, 0, 3,  6,  4,  2,  10, 9,  1,  11, 12, 14, 15,
                                           7, 8, 16, 20, 17, 21, 19, 13, 24, 18, 22, 23}));
  EXPECT_EQ(order_of(10, 30, 7, 1), (Order{9, 1, 4, 8, 6, 3, 7, 5, 2, 0}));
  EXPECT_EQ(order_of(12, 5, 3, 2), (Order{1, 4, 0, 7, 5, 2, 10, 6, 8, 11, 9, 3}));
  EXPECT_EQ(order_of(6, 1, 1, 1), (Order{0, 1, 2, 3, 4, 5}));
}

class ShuffledStreamTest : public testing::Test {
 protected:
  ShuffledStreamTest() {
    std::ofstream out(file_);
    for (int i = 0; i < 40; ++i)
      out << R"({"text": "row )" << i << R"(", "label": )" << i % 3 << "}\n";
  }
  ~ShuffledStreamTest() override { std::filesystem::remove(file_); }

  ShuffledStream stream(std::size_t buffer, const Selection& selection = {}) const {
    DatasetOptions options;
    options.source = file_.string();
    return ShuffledStream(DatasetSource(options), selection, {.buffer = buffer, .seed = 42});
  }

  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) /
                                ("shuffled_stream_test_" + std::to_string(::getpid()) + ".jsonl");
};

TEST_F(ShuffledStreamTest, GivesWholeRowsInTheBuffersOrder) {
  ShuffledStream rows = stream(8);
  EXPECT_EQ(rows.rows(), 40U);
  const ShuffledStream::Rows all = rows.take(1, 0, 40);
  const Order order = order_of(40, 8, 42, 1);
  ASSERT_EQ(all.rows.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(all.places[i], static_cast<std::int64_t>(order[i]));
    EXPECT_EQ(all.rows[i].text, "row " + std::to_string(order[i]));
    EXPECT_EQ(all.rows[i].label, static_cast<std::int64_t>(order[i] % 3));
  }
}

TEST_F(ShuffledStreamTest, AnyPlaceOfAnyEpochIsTheSameWhicheverWayItIsReached) {
  ShuffledStream whole = stream(7);
  const std::vector<std::int64_t> places = whole.take(2, 0, 40).places;
  ShuffledStream skipped = stream(7);
  EXPECT_EQ(skipped.take(2, 33, 5).places,
            std::vector<std::int64_t>(places.begin() + 33, places.begin() + 38));
  EXPECT_EQ(skipped.take(2, 10, 3).places,
            std::vector<std::int64_t>(places.begin() + 10, places.begin() + 13));
  ShuffledStream steps = stream(7);
  std::vector<std::int64_t> one_by_one;
  for (std::uint64_t i = 0; i < 40; i += 4) {
    const ShuffledStream::Rows some = steps.take(2, i, 4);
    one_by_one.insert(one_by_one.end(), some.places.begin(), some.places.end());
  }
  EXPECT_EQ(one_by_one, places);
}

TEST_F(ShuffledStreamTest, TellsHowManyClassesThereAre) {
  ShuffledStream rows = stream(8);
  ASSERT_EQ(rows.about().rows.size(), 1U);
  EXPECT_EQ(rows.about().rows.front().label, 2);
  EXPECT_EQ(rows.take(0, 0, 40).rows.size(), 40U);
}

TEST_F(ShuffledStreamTest, OfASelectionEveryRowComesOnce) {
  ShuffledStream rows = stream(4, {.samples = 11});
  EXPECT_EQ(rows.rows(), 11U);
  const ShuffledStream::Rows all = rows.take(0, 0, 11);
  EXPECT_EQ(std::set<std::int64_t>(all.places.begin(), all.places.end()).size(), 11U);
}

}  // namespace
}  // namespace trainer::data
