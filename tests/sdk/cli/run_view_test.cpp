#include "cli/run_view.hpp"

#include <gtest/gtest.h>

namespace {

using namespace tracker::cli;
namespace v1 = tracker::v1;

v1::Run sample_run() {
  v1::Run run;
  run.set_id("11111111-1111-4111-8111-111111111111");
  run.set_name("calm-fox-1");
  run.set_project("imdb");
  run.set_state(v1::FINISHED);
  run.set_created_at_us(1'764'000'000'000'000);
  run.set_ended_at_us(1'764'000'012'500'000);
  run.add_tags("a");
  run.add_tags("b");
  run.set_config_json(R"({"z":1,"lr":0.1})");
  run.set_summary_json(R"({"train/loss":0.25,"bad":"NaN"})");
  return run;
}

TEST(RunJson, has_exactly_what_scripts_rely_on) {
  EXPECT_EQ(
      run_json(sample_run(), 0).dump(),
      R"({"id":"11111111-1111-4111-8111-111111111111","name":"calm-fox-1","project":"imdb","state":"finished",)"
      R"("created_at":"2025-11-24T16:00:00.000000Z","duration_s":12.5,"tags":["a","b"],)"
      R"("config":{"z":1,"lr":0.1},"summary":{"train/loss":0.25,"bad":"NaN"}})");
}

TEST(RunJson, live_run_lasts_until_now_and_never_less_than_nothing) {
  auto run = sample_run();
  run.clear_ended_at_us();
  run.set_state(v1::RUNNING);
  EXPECT_EQ(run_json(run, run.created_at_us() + 3'000'000).at("duration_s"), 3.0);
  EXPECT_EQ(run_json(run, 0).at("duration_s"), 0.0);
  EXPECT_EQ(run_json(run, 0).at("state"), "running");
}

TEST(RunJson, objects_that_the_server_did_not_send_are_empty) {
  auto run = sample_run();
  run.clear_config_json();
  run.set_summary_json("[1]");
  EXPECT_EQ(run_json(run, 0).at("config").dump(), "{}");
  EXPECT_EQ(run_json(run, 0).at("summary").dump(), "{}");
}

TEST(RunTable, aligns_columns_and_shows_numbers_of_the_summary) {
  auto other = sample_run();
  other.set_name("é");
  other.set_state(v1::CRASHED);
  other.clear_tags();
  other.set_summary_json(R"({"eval/accuracy":0.875})");
  EXPECT_EQ(run_table({sample_run(), other}, 0),
            "NAME        STATE     CREATED (UTC)        DURATION  TAGS  train/loss  eval/accuracy\n"
            "calm-fox-1  finished  2025-11-24 16:00:00  12.5s     a,b   0.25\n"
            "é           crashed   2025-11-24 16:00:00  12.5s                       0.875\n");
}

TEST(RunDetails, say_why_a_run_ended) {
  auto run = sample_run();
  run.set_state(v1::CRASHED);
  run.set_end_reason("killed by SIGKILL");
  const std::string text = run_details(run, 0);
  EXPECT_NE(text.find("ended because  killed by SIGKILL\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("notes"), std::string::npos);
}

}  // namespace
