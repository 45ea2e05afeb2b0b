#include <nlohmann/json.hpp>

#include "../storage/store_fixture.hpp"
#include "query/runs.hpp"

namespace tracker::query {
namespace {

class RunsTest : public storage::StoreTest {
 protected:
  core::RunId make_run(const char* definition) {
    storage::TestWriter writer = storage::make_writer(*database);
    spool::Frame frame;
    frame.groups.push_back(storage::make_rows({"loss"}, {1, 2, 3}, {2, 8, 5}));
    frame.records.push_back(spool::MetricDefinition{"loss", definition});
    storage::log_frame(*database, writer, frame);
    return writer.run;
  }
};

TEST_F(RunsTest, OnlyTheLastPageHasNoCursorAlsoWhenItIsFull) {
  for (int i = 0; i < 4; ++i) storage::make_writer(*database);
  RunListRequest request{.project = "imdb", .limit = 2, .cursor = ""};
  const RunList first = list_runs(*database, request);
  EXPECT_EQ(first.runs.size(), 2u);
  ASSERT_TRUE(first.next_cursor);
  request.cursor = *first.next_cursor;
  const RunList second = list_runs(*database, request);
  EXPECT_EQ(second.runs.size(), 2u);
  EXPECT_FALSE(second.next_cursor);
  EXPECT_NE(first.runs.back().run.id, second.runs.front().run.id);
}

TEST_F(RunsTest, EachRunIsSummedUpByItsOwnDefinitions) {
  const std::vector<core::RunId> ids{make_run(R"({"summary":"min"})"),
                                     make_run(R"({"summary":"max"})"), make_run("{}")};
  const std::vector<RunView> views = get_runs(*database, ids);
  ASSERT_EQ(views.size(), 3u);
  const auto loss = [&](std::size_t i) {
    return nlohmann::json::parse(views[i].summary_json).at("loss").get<double>();
  };
  EXPECT_EQ(loss(0), 2);
  EXPECT_EQ(loss(1), 8);
  EXPECT_EQ(loss(2), 5);
}

TEST_F(RunsTest, APatternThatIsDefinedAgainIsReplacedInItsPlace) {
  storage::TestWriter writer = storage::make_writer(*database);
  spool::Frame frame;
  frame.groups.push_back(storage::make_rows({"acc", "loss"}, {1, 2, 3}, {2, 8, 5, 2, 8, 5}));
  frame.records = {spool::MetricDefinition{"acc", R"({"summary":"min"})"},
                   spool::MetricDefinition{"l*", R"({"summary":"min"})"},
                   spool::MetricDefinition{"loss", R"({"summary":"max"})"}};
  storage::log_frame(*database, writer, frame);
  frame = {};
  frame.records = {spool::MetricDefinition{"acc", R"({"summary":"max"})"},
                   spool::MetricDefinition{"l*", R"({"summary":"mean"})"}};
  storage::log_frame(*database, writer, frame);
  const auto view = get_runs(*database, std::vector{writer.run}).at(0);
  const auto summary = nlohmann::json::parse(view.summary_json);
  EXPECT_EQ(summary.at("acc"), 8.0);
  EXPECT_EQ(summary.at("loss"), 8.0) << "`l*` stays before `loss`";
}

}  // namespace
}  // namespace tracker::query
