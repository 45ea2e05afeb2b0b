#include <gtest/gtest.h>

#include <cmath>

#include "sdk/cli/command_line.hpp"
#include "support/fake_server/fake_runs.hpp"
#include "support/fake_server/fake_server.hpp"

namespace {

using cli_test::CommandLine;
using cli_test::lines_of;

class Export : public testing::Test {
 protected:
  Export() {
    auto& run = fake.runs.emplace_back();
    run.set_id("id-1");
    run.set_name("calm");
    run.set_project("imdb");
    fake.history["id-1"] = {{0, 1'764'000'000'250'000, {{"train/loss", 0.1}, {"b,\"c", 1}}},
                            {1, 1'764'000'001'000'000, {{"train/loss", NAN}}},
                            {5, 1'764'000'002'000'000, {{"train/loss", -INFINITY}}},
                            {6, 1'764'000'003'000'001, {{"eval/accuracy", INFINITY}, {"step", 9}}}};
  }

  test_support::FakeRuns fake;
  test_support::FakeServer server{{&fake}};
  CommandLine tracker{server.url()};
};

TEST_F(Export, jsonl_has_a_line_per_step_with_what_was_logged) {
  const auto result = tracker.run({"export", "imdb/calm", "--format", "jsonl"});
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(result.output,
            "{\"step\":0,\"time\":1764000000.25,\"b,\\\"c\":1.0,\"train/loss\":0.1}\n"
            "{\"step\":1,\"time\":1764000001.0,\"train/loss\":\"NaN\"}\n"
            "{\"step\":5,\"time\":1764000002.0,\"train/loss\":\"-Infinity\"}\n"
            "{\"step\":6,\"time\":1764000003.000001,\"eval/accuracy\":\"Infinity\",\"value/"
            "step\":9.0}\n");
}

TEST_F(Export, csv_has_a_column_for_every_key_of_the_run) {
  const auto result = tracker.run({"export", "id-1", "--format", "csv"});
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(result.output,
            "step,time,\"b,\"\"c\",train/loss,eval/accuracy,value/step\n"
            "0,1764000000.25,1.0,0.1,,\n"
            "1,1764000001.0,,NaN,,\n"
            "5,1764000002.0,,-Infinity,,\n"
            "6,1764000003.000001,,,Infinity,9.0\n");
}

TEST_F(Export, keys_choose_the_columns_and_their_order) {
  const auto result =
      tracker.run({"export", "id-1", "--format", "csv", "--keys", "eval/accuracy,train/loss"});
  EXPECT_EQ(lines_of(result.output).at(0), "step,time,eval/accuracy,train/loss");
  EXPECT_EQ(lines_of(result.output).at(1), "0,1764000000.25,,0.1");
}

TEST_F(Export, file_appears_whole_or_not_at_all) {
  const auto file = tracker.home() / "out.jsonl";
  ASSERT_EQ(
      tracker.run({"export", "id-1", "--format", "jsonl", "--output", file.string()}).status.code,
      0);
  EXPECT_EQ(lines_of(cli_test::read_file(file)).size(), 4u);

  std::filesystem::remove(file);
  fake.history.clear();
  const auto failed =
      tracker.run({"export", "id-1", "--format", "jsonl", "--output", file.string()});
  EXPECT_EQ(failed.status.code, 1);
  for (const auto& entry : std::filesystem::directory_iterator(tracker.home())) {
    EXPECT_EQ(entry.path().string().find("out.jsonl"), std::string::npos) << entry.path();
  }
}

TEST_F(Export, file_that_cannot_be_written_is_named) {
  const auto result =
      tracker.run({"export", "id-1", "--format", "csv", "--output", "/nosuch/out.csv"});
  EXPECT_EQ(result.status.code, 1);
  EXPECT_NE(result.errors.find("/nosuch/out.csv"), std::string::npos);
  EXPECT_NE(result.errors.find("make its folder first"), std::string::npos) << result.errors;
}

TEST_F(Export, full_standard_output_is_an_error) {
  auto command = tracker.command({});
  command.command = {"/bin/sh", "-c", R"("$0" export id-1 --format jsonl > /dev/full)", TRACKER};
  const auto result = test_support::run(command);
  EXPECT_EQ(result.status.code, 1) << result.errors;
  EXPECT_NE(result.errors.find("standard output"), std::string::npos) << result.errors;
}

TEST_F(Export, parquet_goes_to_a_file) {
  const auto file = tracker.home() / "out.parquet";
  const auto result =
      tracker.run({"export", "id-1", "--format", "parquet", "--output", file.string()});
#if TRACKER_WITH_PARQUET
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const std::string bytes = cli_test::read_file(file);
  EXPECT_EQ(bytes.substr(0, 4), "PAR1");
  EXPECT_EQ(bytes.substr(bytes.size() - 4), "PAR1");
  EXPECT_NE(tracker.run({"export", "id-1", "--format", "parquet"}).errors.find("--output"),
            std::string::npos);
#else
  EXPECT_EQ(result.status.code, 1);
  EXPECT_NE(result.errors.find("built without Parquet"), std::string::npos) << result.errors;
  EXPECT_FALSE(std::filesystem::exists(file));
#endif
}

}  // namespace
