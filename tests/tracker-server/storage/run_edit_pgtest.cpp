#include <nlohmann/json.hpp>

#include "storage/run_edit.hpp"
#include "storage/runs.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using nlohmann::json;

class RunEditTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    writer = make_writer(*database);
    spool::RunStart start;
    start.name = "first";
    start.tags = {"a", "b"};
    start.notes = "old";
    start.started_us = kNow;
    spool::Frame frame;
    frame.records = {start, spool::Config{kNow, R"({"lr":1,"net":{"layers":2}})"}};
    log_frame(*database, writer, frame);
  }
  storage::Run run() { return *find_run(*database, writer.run); }
  std::string refused(const RunEdit& edit, ErrorCode code = ErrorCode::kInvalidArgument) {
    try {
      edit_run(*database, writer.run, edit);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      return error.what();
    }
    return "was taken";
  }

  TestWriter writer;
};

TEST_F(RunEditTest, WhatIsNamedChangesAndTheRestStays) {
  const auto before = run().version;
  edit_run(*database, writer.run, {.name = "second", .notes = ""});
  EXPECT_EQ(run().name, "second");
  EXPECT_EQ(run().notes, "");
  EXPECT_EQ(run().tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_GT(run().version, before);
  edit_run(*database, writer.run, {.group = "g", .job_type = "eval"});
  EXPECT_EQ(run().group, "g");
  EXPECT_EQ(run().job_type, "eval");
  EXPECT_EQ(run().name, "second");
}

TEST_F(RunEditTest, TagsAreReplacedAddedAndRemoved) {
  edit_run(*database, writer.run, {.add_tags = {"c", "a"}, .remove_tags = {"b", "absent"}});
  EXPECT_EQ(run().tags, (std::vector<std::string>{"a", "c"}));
  edit_run(*database, writer.run, {.tags = std::vector<std::string>{"x"}, .add_tags = {"y"}});
  EXPECT_EQ(run().tags, (std::vector<std::string>{"x", "y"}));
  edit_run(*database, writer.run, {.tags = std::vector<std::string>{}});
  EXPECT_TRUE(run().tags.empty());
  const auto rows = database->pg()->run("SELECT count(*) FROM run_tag");
  EXPECT_EQ(rows.bigint(0, 0), 0) << "what runs are filtered by goes with them";
}

TEST_F(RunEditTest, ConfigAndSummaryMergeKeyByKey) {
  edit_run(*database, writer.run,
           {.config = R"({"net":{"width":8},"lr":null})", .summary = R"({"best":"NaN"})"});
  EXPECT_EQ(json::parse(run().config_json),
            json::parse(R"({"lr":null,"net":{"layers":2,"width":8}})"));
  EXPECT_EQ(json::parse(run().summary_json), json::parse(R"({"best":"NaN"})"));
}

// Through jsonb, which has numbers of one kind, and back.
TEST_F(RunEditTest, TypesOfValuesStayWhatTheyAre) {
  const json values = {{"integer", 9'223'372'036'854'775'807},
                       {"negative", -7},
                       {"float", 0.1},
                       {"whole", 3.0},
                       {"tiny", 5e-324},
                       {"large", 1.5e300},
                       {"yes", true},
                       {"none", nullptr},
                       {"text", "3"},
                       {"list", {1, 2.5, "x", {{"deep", false}}}}};
  edit_run(*database, writer.run, {.config = json{{"v", values}}.dump()});
  const json back = json::parse(run().config_json).at("v");
  EXPECT_EQ(back, values);
  for (const char* real : {"float", "whole", "tiny"})
    EXPECT_TRUE(back.at(real).is_number_float()) << real;
  for (const char* integer : {"integer", "negative"})
    EXPECT_TRUE(back.at(integer).is_number_integer()) << integer;
  edit_run(*database, writer.run, {.config = R"({"v":{"whole":1e16}})"});
  EXPECT_TRUE(json::parse(run().config_json).at("v").at("whole").is_number_integer())
      << "as docs/run-semantics.md says";
}

TEST_F(RunEditTest, NamesNeedNotBeUnique) {
  edit_run(*database, writer.run, {.name = "same"});
  TestWriter other = make_writer(*database);
  spool::RunStart start;
  start.name = "same";
  spool::Frame frame;
  frame.records = {start};
  log_frame(*database, other, frame);
  EXPECT_EQ(find_runs_by_name(*database, "imdb", "same").size(), 2u);
}

TEST_F(RunEditTest, WhatComesLaterWinsWhoeverSaysIt) {
  edit_run(*database, writer.run, {.notes = "by hand"});
  spool::Frame frame;
  frame.records = {spool::Notes{"by the program"}};
  log_frame(*database, writer, frame);
  EXPECT_EQ(run().notes, "by the program");
  edit_run(*database, writer.run, {.notes = "by hand again"});
  TestWriter second = make_writer(*database, writer.run);
  spool::RunStart start;
  start.name = "other";
  start.notes = "other";
  frame.records = {start};
  log_frame(*database, second, frame);
  EXPECT_EQ(run().notes, "by hand again") << "a writer that joins changes nothing that is set";
  EXPECT_EQ(run().name, "first");
}

TEST_F(RunEditTest, WhatCannotBeIsRefusedAndChangesNothing) {
  const auto before = run().version;
  EXPECT_NE(refused({}).find("say what to change"), std::string::npos);
  EXPECT_NE(refused({.name = ""}).find("name is empty"), std::string::npos);
  EXPECT_NE(refused({.name = std::string(513, 'x')}).find("513"), std::string::npos);
  EXPECT_NE(refused({.notes = std::string(65'537, 'x')}).find("65536"), std::string::npos);
  EXPECT_NE(refused({.notes = std::string("a\0b", 3)}).find("NUL"), std::string::npos);
  EXPECT_NE(refused({.add_tags = {""}}).find("empty"), std::string::npos);
  EXPECT_NE(refused({.add_tags = {std::string(513, 't')}}).find("513"), std::string::npos);
  std::vector<std::string> many;
  for (int i = 0; i < 999; ++i) many.push_back(std::to_string(i));
  EXPECT_NE(refused({.add_tags = many}).find("1001 tags"), std::string::npos);
  EXPECT_NE(refused({.name = "new", .config = "[1]"}).find("not a JSON object"), std::string::npos);
  EXPECT_EQ(run().version, before);
  EXPECT_EQ(run().name, "first");
}

TEST_F(RunEditTest, ARunThatIsNotThereOrHasSaidNothingYetIsAnError) {
  writer = make_writer(*database);
  EXPECT_NE(refused({.name = "x"}, ErrorCode::kFailedPrecondition).find("try again"),
            std::string::npos);
  writer.run = core::RunId::random();
  EXPECT_NE(refused({.name = "x"}, ErrorCode::kNotFound).find("no run"), std::string::npos);
}

}  // namespace
}  // namespace tracker::storage
