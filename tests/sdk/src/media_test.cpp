#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include <tracker/media.hpp>

#include "sdk/src/run_fixture.hpp"

namespace tracker::test {
namespace {

using nlohmann::json;
namespace sp = tracker::spool;

TEST(MediaValues, AHistogramCountsEachFiniteValueOnce) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {0, 0.1, 0.25, 0.5, 1, std::nan(""), infinity, -infinity};
  const Media media = histogram(values, 4);
  EXPECT_EQ(media.type, "histogram");
  const json content = json::parse(media.content);
  EXPECT_EQ(content.at("edges"), json({0.0, 0.25, 0.5, 0.75, 1.0}));
  EXPECT_EQ(content.at("counts"), json({2.0, 1.0, 1.0, 1.0})) << "the last edge belongs to it";
  EXPECT_EQ(media.description.at("nan"), Value(1));
  EXPECT_EQ(media.description.at("infinite"), Value(2));
}

TEST(MediaValues, AHistogramOfExtremesHasRisingEdges) {
  const double most = std::numeric_limits<double>::max();
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {7},
                                            {0},
                                            {-most, most},
                                            {most},
                                            {-most, -most},
                                            {1e300, 1e300},
                                            {5e-324, 0}}) {
    const json content = json::parse(histogram(values, 8).content);
    const auto edges = content.at("edges").get<std::vector<double>>();
    ASSERT_EQ(edges.size(), 9u);
    double sum = 0;
    for (const double count : content.at("counts").get<std::vector<double>>()) sum += count;
    EXPECT_EQ(sum, static_cast<double>(values.size()));
    for (std::size_t i = 0; i < 8; ++i) EXPECT_LE(edges[i], edges[i + 1]);
  }
  const auto near = json::parse(histogram(std::vector<double>{0, 99 * 5e-324}, 234).content);
  const auto edges = near.at("edges").get<std::vector<double>>();
  EXPECT_TRUE(std::is_sorted(edges.begin(), edges.end()));
  EXPECT_THROW(histogram(std::vector<double>{1}, 0), Error);
  EXPECT_THROW(histogram(std::vector<double>{1}, 513), Error);
}

TEST(MediaValues, AHistogramOfCountsMustFitItsEdges) {
  EXPECT_EQ(json::parse(histogram(Histogram{{0, 1, 2}, {3, 4}}).content).at("counts"),
            json({3.0, 4.0}));
  EXPECT_THROW(histogram(Histogram{{0, 1}, {3, 4}}), Error);
  EXPECT_THROW(histogram(Histogram{{}, {}}), Error);
  EXPECT_THROW(histogram(Histogram{{0, 0, 1}, {3, 4}}), Error);
  EXPECT_THROW(histogram(Histogram{{0, std::nan(""), 1}, {3, 4}}), Error);
  EXPECT_THROW(histogram(Histogram{{0, 1, 2}, {3, -1}}), Error);
}

TEST(MediaValues, ATableIsColumns) {
  const Media media = table({{"text", "score"}, {{"good", "bad"}, {0.9, std::nan("")}}});
  EXPECT_EQ(json::parse(media.content),
            json::parse(R"({"columns":["text","score"],"data":[["good","bad"],[0.9,"NaN"]]})"));
  EXPECT_EQ(media.description.at("rows"), Value(2));
  EXPECT_NO_THROW(table({}));
  EXPECT_THROW(table({{"a", "b"}, {{1}}}), Error);
  EXPECT_THROW(table({{"a", "b"}, {{1}, {}}}), Error);
  EXPECT_THROW(table({{"a", "a"}, {{1}, {1}}}), Error);
  EXPECT_THROW(table({{""}, {{1}}}), Error);
  EXPECT_THROW(table({{"\xFE", "\xFF"}, {{1}, {1}}}), Error) << "both are written as U+FFFD";
}

class MediaTest : public RunTest {};

TEST_F(MediaTest, FilesAreToldByTheirExtension) {
  std::ofstream(dir_ / "a.PNG") << "png";
  std::ofstream(dir_ / "b.bin") << "x";
  std::ofstream(dir_ / "c.wav") << std::string(1'000'001, 'x');
  const Media media = media_file(dir_ / "a.PNG", "a cat");
  EXPECT_EQ(media.type, "image");
  EXPECT_EQ(media.content_type, "image/png");
  EXPECT_EQ(media.content, "png");
  EXPECT_EQ(media.description.at("caption"), Value("a cat"));
  EXPECT_THROW(media_file(dir_ / "b.bin"), Error);
  EXPECT_THROW(media_file(dir_ / "c.wav"), Error);
  EXPECT_THROW(media_file(dir_ / "absent.png"), Error);
}

TEST_F(MediaTest, TakesTheStepOfTheLastRowOrItsOwn) {
  Run run = Run::start(settings());
  run.log_media("first", text("before any row"));
  run.log({{"loss", 1}}, 41);
  run.log({{"loss", 1}});
  run.log_media("eval/examples", image(std::string("\0\xFF", 2), "image/png", "two bytes"));
  run.log_media("eval/examples", text("own"), -7);
  const auto media = read_log(run.directory()).all<sp::Media>();
  ASSERT_EQ(media.size(), 3u);
  EXPECT_EQ(media[0].step, 0);
  EXPECT_EQ(media[1].step, 42);
  EXPECT_EQ(media[1].content, std::string("\0\xFF", 2));
  EXPECT_EQ(json::parse(media[1].description_json), json({{"caption", "two bytes"}}));
  EXPECT_EQ(media[2].step, -7);
  EXPECT_EQ(run.next_step(), 43) << "media take no step";
}

TEST_F(MediaTest, TakesTheStepOfARowBelowZeroToo) {
  Run run = Run::start(settings());
  for (const std::int64_t step : {-3, -1}) {
    run.log({{"loss", 1}}, step);
    run.log_media("k", text("x"));
  }
  run.log({{"loss", 1}});
  run.log_media("k", text("x"));
  std::vector<std::int64_t> steps;
  for (const sp::Media& media : read_log(run.directory()).all<sp::Media>())
    steps.push_back(media.step);
  EXPECT_EQ(steps, (std::vector<std::int64_t>{-3, -1, 0}));
}

TEST_F(MediaTest, WhatIsBeyondALimitIsDroppedAndTold) {
  Run run = Run::start(settings());
  run.log_media("", text("x"));
  run.log_media(std::string(513, 'k'), text("x"));
  run.log_media("k", {"", "text/plain", "x", {}});
  run.log_media("k", {"text", std::string(129, 't'), "x", {}});
  run.log_media("k", {"text", "text/plain", std::string(1'000'001, 'x'), {}});
  run.log_media("k", {"text", "text/plain", "x", {{"d", std::string(17'000, 'd')}}});
  run.alert(std::string(513, 't'), "x");
  EXPECT_EQ(run.dropped_rows(), 7u);
  run.log_media("k", {"text", "text/plain", std::string(1'000'000, 'x'), {}});
  EXPECT_EQ(run.dropped_rows(), 7u);
  run.finish();
  const Log log = read_log(run.directory());
  EXPECT_EQ(log.all<sp::Media>().size(), 1u);
  EXPECT_EQ(sp::test::dropped_in(log), 7u);
}

TEST_F(MediaTest, AlertsSayHowLongTheyMayBeQuiet) {
  Run run = Run::start(settings());
  run.alert("loss is NaN", "at step 7", AlertLevel::kError, std::chrono::minutes(5));
  run.alert("odd", "", AlertLevel::kInfo, std::chrono::seconds(-1));
  const auto alerts = read_log(run.directory()).all<sp::Alert>();
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_EQ(alerts[0].level, sp::AlertLevel::kError);
  EXPECT_EQ(alerts[0].quiet_s, 300u);
  EXPECT_EQ(alerts[0].title, "loss is NaN");
  EXPECT_EQ(alerts[1].quiet_s, 0u);
}

}  // namespace
}  // namespace tracker::test
