#include <gtest/gtest.h>

#include <string>

#include "../storage/store_fixture.hpp"
#include "query/run_search.hpp"
#include "query/runs.hpp"
#include "storage/run_attributes.hpp"

namespace tracker::query {
namespace {

class RunSearchTest : public storage::StoreTest {
 protected:
  core::RunId make_run(const std::string& config) {
    storage::TestWriter writer = storage::make_writer(*database);
    spool::Frame frame;
    spool::Config record;
    record.json = config;
    frame.records.push_back(record);
    storage::log_frame(*database, writer, frame);
    EXPECT_TRUE(storage::refresh_attributes(*database->pg(), writer.run, storage::kNow));
    return writer.run;
  }
  RunListRequest request(std::string filter, std::string sort) const {
    RunListRequest out;
    out.project = "imdb";
    out.limit = 2;
    out.filter = std::move(filter);
    out.sort = std::move(sort);
    return out;
  }
};

TEST_F(RunSearchTest, PagesFollowOneAnother) {
  std::vector<core::RunId> made;
  for (int i = 0; i < 5; ++i) made.push_back(make_run(R"({"lr":)" + std::to_string(i) + "}"));
  auto wanted = request("lr != 2", "-lr");
  const auto first = list_runs(*database, wanted);
  ASSERT_EQ(first.runs.size(), 2u);
  EXPECT_EQ(first.runs[0].run.id, made[4]);
  ASSERT_TRUE(first.next_cursor);
  wanted.cursor = *first.next_cursor;
  const auto second = list_runs(*database, wanted);
  ASSERT_EQ(second.runs.size(), 2u);
  EXPECT_EQ(second.runs[1].run.id, made[0]);
  EXPECT_FALSE(second.next_cursor);
  wanted.sort = "lr";
  EXPECT_THROW(list_runs(*database, wanted), Error) << "another sort's cursor";
}

TEST_F(RunSearchTest, ErrorsNameTheirPlace) {
  make_run("{}");
  const auto position = [&](const std::string& filter, const std::string& sort) -> std::string {
    try {
      list_runs(*database, request(filter, sort));
    } catch (const filter::QueryError& error) {
      return error.part() + std::to_string(error.position());
    }
    return "none";
  };
  EXPECT_EQ(position("lr <", ""), "filter4");
  EXPECT_EQ(position("", "lr lr"), "sort3");
  EXPECT_EQ(position("name ~ /a/ and name ~ /(/", ""), "filter22");
  EXPECT_EQ(position("name ~ /a/", ""), "none");
  EXPECT_THROW(groups(*database, {"imdb", "", "", ""}), filter::QueryError);
  EXPECT_THROW(groups(*database, {"imdb", "", "lr", "name"}), filter::QueryError);
  EXPECT_THROW(facets(*database, {"imdb", "(", "lr"}), filter::QueryError);
}

TEST_F(RunSearchTest, NoSuchProject) {
  auto wanted = request("lr=1", "");
  wanted.project = "nobody";
  try {
    list_runs(*database, wanted);
    FAIL() << "was answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace tracker::query
