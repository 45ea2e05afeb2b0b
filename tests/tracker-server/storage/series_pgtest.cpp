#include <cmath>
#include <map>
#include <random>

#include "storage/run_snapshot.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using Series = StoreTest;

// What a reader must see: per key and step the value logged last.
class Model {
 public:
  void add(const spool::RowGroup& group) {
    for (std::size_t r = 0; r < group.rows(); ++r)
      for (std::size_t k = 0; k < group.keys.size(); ++k)
        keys_[group.keys[k]][group.steps[r]] = group.values[k * group.rows() + r];
  }
  const std::map<std::string, std::map<std::int64_t, double>>& keys() const { return keys_; }

 private:
  std::map<std::string, std::map<std::int64_t, double>> keys_;
};

void expect_equal(const core::Points& points, const std::map<std::int64_t, double>& model) {
  ASSERT_EQ(points.size(), model.size());
  std::size_t i = 0;
  for (const auto& [step, value] : model) {
    ASSERT_EQ(points.steps[i], step);
    ASSERT_EQ(points.times_us[i], kNow + step * 1000);
    if (std::isnan(value))
      ASSERT_TRUE(std::isnan(points.values[i]));
    else
      ASSERT_EQ(points.values[i], value);
    ++i;
  }
}

void expect_model(Database& database, core::RunId run, const Model& model) {
  RunSnapshot snapshot(database, run);
  EXPECT_EQ(snapshot.keys().size(), model.keys().size());
  for (const auto& [name, values] : model.keys()) {
    const Key* key = snapshot.find_key(name);
    ASSERT_NE(key, nullptr) << name;
    expect_equal(snapshot.points(*key, {}), values);
  }
}

TEST_F(Series, ReadsEqualAModelWhereverTheDataLie) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    TestWriter a = make_writer(*database);
    TestWriter b = make_writer(*database, a.run);
    Model model;
    std::int64_t step = 0;
    for (int frame = 0; frame < 60; ++frame) {
      // Two key sets that share a key, steps that mostly rise and sometimes go back, now and then a
      // NaN.
      const std::size_t rows = 1 + random() % 300;
      std::vector<std::int64_t> steps;
      if (random() % 8 == 0 && step > 100) step -= static_cast<std::int64_t>(random() % 100);
      for (std::size_t r = 0; r < rows; ++r) steps.push_back(step++);
      const bool wide = random() % 2 == 0;
      std::vector<std::string> keys =
          wide ? std::vector<std::string>{"loss", "lr"} : std::vector<std::string>{"loss"};
      std::vector<double> values;
      for (std::size_t i = 0; i < rows * keys.size(); ++i)
        values.push_back(random() % 50 == 0
                             ? std::nan("")
                             : static_cast<double>(static_cast<float>(random()) / 4e9F));
      spool::RowGroup group = make_rows(keys, steps, values);
      // The second writer's rows count only where it is compacted in commit order, which one thread
      // makes certain.
      model.add(group);
      log_rows(*database, random() % 4 == 0 ? b : a, std::move(group));
      if (random() % 5 == 0) compact_run(*database->pg(), a.run);
      if (frame % 20 == 19) expect_model(*database, a.run, model);
    }
    while (compact_run(*database->pg(), a.run).more) {
    }
    expect_model(*database, a.run, model);
  }
}

TEST_F(Series, SystemKeysHaveTimesAndNoSteps) {
  TestWriter writer = make_writer(*database);
  for (int half = 0; half < 2; ++half) {
    spool::RowGroup group;
    group.system = true;
    group.keys = {"system/cpu"};
    group.times_us = {kNow + half * 10, kNow + half * 10 + 5};
    group.order = {0, 1};
    group.values = {1.0 + half, 2.0 + half};
    log_rows(*database, writer, std::move(group));
    if (half == 0) compact_run(*database->pg(), writer.run);
  }
  RunSnapshot snapshot(*database, writer.run);
  const Key* key = snapshot.find_key("system/cpu");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->kind, core::KeyKind::kSystem);
  EXPECT_FALSE(key->stats.first_step.has_value());
  EXPECT_EQ(key->stats.last_time_us, kNow + 15);
  const core::Points points = snapshot.points(*key, {});
  EXPECT_TRUE(points.steps.empty());
  EXPECT_EQ(points.values, (std::vector<double>{1, 2, 2, 3}));
}

TEST_F(Series, StatisticsAreTheSameBeforeAndAfterCompaction) {
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, make_rows({"a"}, {1, 2, 3}, {5, std::nan(""), -1}));
  const auto stats = [&] {
    RunSnapshot snapshot(*database, writer.run);
    return snapshot.find_key("a")->stats;
  };
  const core::SeriesStats before = stats();
  compact_run(*database->pg(), writer.run);
  const core::SeriesStats after = stats();
  for (const core::SeriesStats& s : {before, after}) {
    EXPECT_EQ(s.count, 3u);
    EXPECT_EQ(s.nan, 1u);
    EXPECT_EQ(s.min, -1);
    EXPECT_EQ(s.max, 5);
    EXPECT_EQ(s.last, -1);
    EXPECT_EQ(s.first_step, 1);
    EXPECT_EQ(s.last_step, 3);
  }
}

TEST_F(Series, ASnapshotSeesOneMomentWhileCompactionGoesOn) {
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, make_rows({"a"}, {1, 2}, {1, 2}));
  RunSnapshot snapshot(*database, writer.run);
  compact_run(*database->pg(), writer.run);
  log_rows(*database, writer, make_rows({"a"}, {3}, {3}));
  EXPECT_EQ(snapshot.points(*snapshot.find_key("a"), {}).size(), 2u);
  EXPECT_EQ(points_of(*database, writer.run, "a").size(), 3u);
}

TEST_F(Series, UnknownRunAndUnknownKey) {
  EXPECT_THROW(RunSnapshot(*database, core::RunId::random()), Error);
  const TestWriter writer = make_writer(*database);
  EXPECT_TRUE(points_of(*database, writer.run, "nothing").empty());
}

}  // namespace
}  // namespace tracker::storage
