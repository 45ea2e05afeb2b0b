#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include <tracker/run.hpp>

#include "sdk/src/run_fixture.hpp"

namespace tracker::test {
namespace {

using nlohmann::json;
namespace sp = tracker::spool;

TEST_F(RunTest, FirstRecordSaysWhatTheRunIs) {
  RunSettings s = settings();
  s.name = "first";
  s.group = "g";
  s.job_type = "eval";
  s.tags = {"a", "b"};
  s.notes = "bad \xFF byte";
  Run run = Run::start(s);
  const Log log = read_log(run.directory());
  const auto& start = std::get<sp::RunStart>(log.entries.at(0).record);
  EXPECT_EQ(start.run_id, run.id());
  EXPECT_EQ(start.project, "p");
  EXPECT_EQ(start.name, "first");
  EXPECT_EQ(start.group, "g");
  EXPECT_EQ(start.job_type, "eval");
  EXPECT_EQ(start.tags, s.tags);
  EXPECT_EQ(start.notes, "bad \xEF\xBF\xBD byte");
  EXPECT_EQ(start.parent_writer_id, "");
  EXPECT_TRUE(json::parse(start.environment_json).contains("host"));
  EXPECT_EQ(sp::read_info(run.directory()).server, "");
}

TEST_F(RunTest, RowsStepsAndKeysComeBack) {
  Run run = Run::start(settings());
  run.log({{"loss", 0.5}, {"lr", 0.1}}, 10);
  run.log({{"loss", std::nan("")}});
  run.log({{"loss", -std::numeric_limits<double>::infinity()}}, 3);
  std::string reused = "aa";  // same bytes' address, another key: nothing may be told by address
  run.log({{reused, 1}});
  reused = "bb";
  run.log({{reused, 2}});
  const Log log = read_log(run.directory());
  std::map<std::uint32_t, std::string> names;
  for (const sp::Key& key : log.all<sp::Key>()) names[key.id] = key.name;
  const auto rows = log.all<sp::Row>();
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].step, 10);
  EXPECT_EQ(names[rows[0].values.at(0).key], "loss");
  EXPECT_EQ(names[rows[0].values.at(1).key], "lr");
  EXPECT_EQ(rows[0].values.at(1).value, 0.1);
  EXPECT_EQ(rows[1].step, 11);
  EXPECT_TRUE(std::isnan(rows[1].values.at(0).value));
  EXPECT_EQ(rows[2].step, 3);
  EXPECT_EQ(rows[3].step, 4);
  EXPECT_EQ(names[rows[3].values.at(0).key], "aa");
  EXPECT_EQ(names[rows[4].values.at(0).key], "bb");
}

TEST_F(RunTest, WideRowsAndBadKeys) {
  Run run = Run::start(settings());
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i) keys.push_back("k" + std::to_string(i));
  std::vector<Scalar> wide;
  for (const std::string& key : keys) wide.push_back({key, 1.0});
  run.log(wide);
  run.log(std::initializer_list<Scalar>{{"", 1.0}});
  run.log(std::initializer_list<Scalar>{{"", 1.0}, {"good", 2.0}});
  run.log(std::initializer_list<Scalar>{});
  const auto rows = read_log(run.directory()).all<sp::Row>();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].values.size(), 300u);
  EXPECT_EQ(rows[1].values.size(), 1u);
  EXPECT_EQ(run.dropped_rows(), 2u);
  run.finish();
  const Log log = read_log(run.directory());
  EXPECT_EQ(sp::test::dropped_in(log), 2u);
  EXPECT_NE(log.all<sp::Gap>().at(0).reason.find("no name"), std::string::npos);
}

TEST_F(RunTest, NulInAnyTextIsReplaced) {
  const std::string bad("a\0b", 3), good = "a\xEF\xBF\xBD" + std::string("b");
  RunSettings s = settings();
  s.project = s.notes = bad;
  s.tags = {bad};
  Run run = Run::start(s);
  run.log({{bad, 1.0}});
  run.config({{bad, Dict{{"text", bad}}}});
  run.define_metric(bad, {.step_metric = bad});
  run.finish(RunState::kFailed, bad);
  const Log log = read_log(run.directory());
  ASSERT_FALSE(log.corrupt());
  EXPECT_EQ(run.project(), good);
  EXPECT_EQ(sp::read_info(run.directory()).project, good);
  EXPECT_EQ(log.all<sp::Key>().at(0).name, good);
  EXPECT_EQ(json::parse(log.all<sp::Config>().at(0).json), (json{{good, {{"text", good}}}}));
  const auto definition = log.all<sp::MetricDefinition>().at(0);
  EXPECT_EQ(definition.key, good);
  EXPECT_EQ(json::parse(definition.json).at("step_metric"), good);
  EXPECT_EQ(log.all<sp::Finish>().at(0).reason, good);
}

TEST_F(RunTest, TextsBeyondTheirLimitsAreRefusedAtTheStart) {
  const auto refused = [&](auto&& change) {
    RunSettings s = settings();
    change(s);
    try {
      Run::start(s);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kInvalidArgument);
      return std::string(e.what());
    }
    return std::string("was taken");
  };
  const auto text = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  EXPECT_EQ(refused([&](RunSettings& s) { s.project = text(201); }),
            "a project's name of 201 bytes is too long: it may have 200");
  EXPECT_NE(refused([&](RunSettings& s) { s.name = text(513); }).find("512"), std::string::npos);
  EXPECT_NE(refused([&](RunSettings& s) { s.group = text(513); }).find("512"), std::string::npos);
  EXPECT_NE(refused([&](RunSettings& s) { s.tags = {text(513)}; }).find("512"), std::string::npos);
  EXPECT_NE(refused([&](RunSettings& s) { s.notes = text(65'537); }).find("65536"),
            std::string::npos);
  // Counted as what is written: a byte that is not UTF-8 becomes three.
  EXPECT_NE(refused([&](RunSettings& s) { s.project = std::string(100, '\xFF'); }).find("300"),
            std::string::npos);
  RunSettings s = settings();
  s.project = text(200);
  s.name = s.group = s.job_type = text(512);
  s.tags = std::vector<std::string>(1000, text(512));
  s.notes = text(65'536);
  EXPECT_EQ(read_log(Run::start(s).directory()).all<sp::RunStart>().size(), 1u);
}

TEST_F(RunTest, TextsBeyondTheirLimitsAreDroppedAndCountedLater) {
  Run run = Run::start(settings());
  run.set_notes(std::string(65'537, 'n'));
  run.set_tags({std::string(513, 't')});
  run.define_metric(std::string(513, 'm'), {});
  run.define_metric("m", {.step_metric = std::string(513, 's')});
  EXPECT_EQ(run.dropped_rows(), 4u);
  run.finish(RunState::kFailed, std::string(2u << 20, 'r'));
  const Log log = read_log(run.directory());
  EXPECT_TRUE(log.all<sp::Notes>().empty());
  EXPECT_TRUE(log.all<sp::Tags>().empty());
  EXPECT_TRUE(log.all<sp::MetricDefinition>().empty());
  ASSERT_EQ(log.all<sp::Finish>().size(), 1u) << "an end is written whatever its reason";
  EXPECT_EQ(log.all<sp::Finish>()[0].reason.size(), sp::kMaxReasonBytes);
}

TEST_F(RunTest, ConfigSummaryDefinitionsTagsAndNotes) {
  RunSettings s = settings();
  s.config = {{"lr", 0.1}};
  Run run = Run::start(s);
  run.config({{"model", Dict{{"layers", 6}, {"name", "b\xC3\xA9rt"}}},
              {"nan", std::nan("")},
              {"list", List{1, "x", nullptr, true}}});
  run.summary({{"best", 0.9}});
  run.define_metric("eval/*",
                    {.step_metric = "epoch", .summary = Summarize::kMax, .goal = Goal::kMaximize});
  run.set_tags({"t"});
  run.set_notes("n");
  const Log log = read_log(run.directory());
  const auto configs = log.all<sp::Config>();
  ASSERT_EQ(configs.size(), 2u);
  EXPECT_EQ(json::parse(configs[0].json), json::parse(R"({"lr":0.1})"));
  EXPECT_EQ(
      json::parse(configs[1].json),
      json::parse(R"({"model":{"layers":6,"name":"bért"},"nan":"NaN","list":[1,"x",null,true]})"));
  EXPECT_EQ(json::parse(log.all<sp::Summary>().at(0).json), json::parse(R"({"best":0.9})"));
  const auto definition = log.all<sp::MetricDefinition>().at(0);
  EXPECT_EQ(definition.key, "eval/*");
  EXPECT_EQ(
      json::parse(definition.json),
      json::parse(R"({"step_metric":"epoch","summary":"max","goal":"maximize","hidden":false})"));
  EXPECT_EQ(log.all<sp::Tags>().at(0).tags, std::vector<std::string>{"t"});
  EXPECT_EQ(log.all<sp::Notes>().at(0).text, "n");
}

TEST_F(RunTest, FinishIsWrittenOnceAndNothingComesAfterIt) {
  Run run = Run::start(settings());
  EXPECT_FALSE(run.finish(RunState::kStopped, "Ctrl-C"));
  EXPECT_FALSE(run.finish());
  run.log({{"late", 1.0}});
  run.set_notes("late");
  const Log log = read_log(run.directory());
  const auto& finish = std::get<sp::Finish>(log.entries.back().record);
  EXPECT_EQ(finish.state, sp::EndState::kStopped);
  EXPECT_EQ(finish.reason, "Ctrl-C");
  EXPECT_EQ(log.all<sp::Finish>().size(), 1u);
}

TEST_F(RunTest, LeavingTheScopeFinishesAndAnExceptionFails) {
  std::filesystem::path good, bad;
  {
    Run run = Run::start(settings());
    good = run.directory();
  }
  try {
    Run run = Run::start(settings());
    bad = run.directory();
    throw std::runtime_error("boom");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(read_log(good).all<sp::Finish>().at(0).state, sp::EndState::kFinished);
  EXPECT_EQ(read_log(bad).all<sp::Finish>().at(0).state, sp::EndState::kFailed);
}

TEST_F(RunTest, MovedRunsGoOnAndTheOneReplacedFinishes) {
  Run a = Run::start(settings());
  const auto first = a.directory();
  Run b = std::move(a);
  b.log({{"x", 1}});
  b = Run::start(settings());
  b.log({{"y", 1}});
  EXPECT_EQ(read_log(first).all<sp::Row>().size(), 1u);
  EXPECT_EQ(read_log(first).all<sp::Finish>().size(), 1u);
  EXPECT_EQ(read_log(b.directory()).all<sp::Row>().size(), 1u);
}

TEST_F(RunTest, StartErrorsSayWhatToDo) {
  RunSettings s = settings();
  s.project = "";
  EXPECT_THROW(Run::start(s), Error);
  s = settings();
  std::ofstream(dir_ / "file") << "x";
  s.directory = dir_ / "file";
  try {
    Run::start(s);
    FAIL() << "must throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUnavailable);
    EXPECT_NE(std::string(e.what()).find("TRACKER_DIR"), std::string::npos) << e.what();
  }
}

TEST_F(RunTest, GeneratedNamesReadAsAdjectiveNounNumber) {
  Run run = Run::start(settings());
  const std::string name = run.name();
  EXPECT_EQ(std::count(name.begin(), name.end(), '-'), 2) << name;
}

TEST_F(RunTest, SystemSamplesAreTakenAtTheInterval) {
  RunSettings s = settings();
  s.system_interval = std::chrono::milliseconds(1);
  Run run = Run::start(s);
  std::vector<sp::System> samples;
  while (samples.size() < 3) {
    std::this_thread::yield();
    samples = read_log(run.directory()).all<sp::System>();
  }
  std::map<std::string, std::uint32_t> keys;
  for (const sp::Key& key : read_log(run.directory()).all<sp::Key>()) keys[key.name] = key.id;
  EXPECT_TRUE(keys.contains("system/process_rss_bytes"));
  EXPECT_TRUE(keys.contains("system/cpu_percent") || keys.contains("system/process_cpu_percent"));
}

}  // namespace
}  // namespace tracker::test
