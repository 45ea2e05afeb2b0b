#include "http/series_body.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "non_finite_values.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

query::SeriesAnswer sample() {
  query::Series raw;
  raw.run = core::RunId::random();
  raw.key = "train/loss\"ü";  // a length of header that is no multiple of 8 by itself
  raw.total = 3;
  raw.columns = {{"x", {1, 2, 3}}, {"y", {0.5, kNan, -kInf}}};
  query::Series buckets = raw;
  buckets.mode = query::Series::Mode::kBuckets;
  buckets.key = "eval/loss";
  buckets.columns = {{"x", {0}}, {"x_last", {9}}, {"min", {kNan}}, {"max", {2.5}}, {"count", {10}}};
  query::Series empty;
  empty.run = raw.run;
  empty.key = "absent";
  empty.columns = {{"x", {}}, {"y", {}}};
  query::Series falling = buckets;
  falling.key = "over/tokens";
  falling.x = query::XAxis::kMetric;
  falling.x_rises = false;
  falling.smoothed_over = 32;
  falling.columns.push_back({"smoothed", {0.25}});
  query::GroupSeries group;
  group.group = "seeds";
  group.key = "eval/loss";
  group.runs = 2;
  group.columns = {{"x", {1, 2}}, {"mean", {0.5, kNan}}};
  return {{raw, buckets, empty, falling}, {group}};
}

TEST(SeriesJson, NonFinitePointsAreStringsAndEmptyBucketsAreNull) {
  const auto all = series_json(sample());
  const auto body = all.at("series");
  EXPECT_EQ(body[0].at("mode"), "raw");
  EXPECT_EQ(body[0].at("points").at("y"), json::parse(R"([0.5, "NaN", "-Infinity"])"));
  EXPECT_EQ(body[0].at("points").at("x").dump(), "[1,2,3]");
  EXPECT_EQ(body[1].at("mode"), "buckets");
  EXPECT_TRUE(body[1].at("buckets").at("min")[0].is_null());
  EXPECT_EQ(body[2].at("total"), 0);
  EXPECT_EQ(body[2].at("points").at("x").size(), 0u);
  EXPECT_FALSE(body[0].contains("x_rises") || body[0].contains("smoothed_over"));
  EXPECT_EQ(body[3].at("x"), "metric");
  EXPECT_EQ(body[3].at("x_rises"), false);
  EXPECT_EQ(body[3].at("smoothed_over"), 32);
  const auto group = all.at("groups")[0];
  EXPECT_EQ(group.at("group"), "seeds");
  EXPECT_EQ(group.at("runs"), 2);
  EXPECT_EQ(group.at("buckets").at("mean").dump(), "[0.5,null]");
}

TEST(SeriesBinary, ColumnsAreThoseOfTheJsonFormBitForBit) {
  const auto answer = sample();
  const auto& series = answer.series;
  const auto bytes = series_binary(answer);
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::size_t start = sizeof length + length;
  EXPECT_EQ(start % 8, 0u);
  const auto all = json::parse(bytes.substr(sizeof length, length));
  const auto header = all.at("series");
  auto expected = series_json(answer).at("series");
  std::size_t end = start;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto* part = i % 2 == 1 ? "buckets" : "points";
    for (const auto& column : series[i].columns) {
      const auto& place = header[i].at(part).at(std::string(column.name));
      EXPECT_EQ(place.at("type"), "f64");
      ASSERT_EQ(place.at("n").get<std::size_t>(), column.values.size());
      const auto at = start + place.at("at").get<std::size_t>();
      ASSERT_LE(at + column.values.size() * 8, bytes.size());
      if (!column.values.empty()) {
        EXPECT_EQ(std::memcmp(bytes.data() + at, column.values.data(), column.values.size() * 8), 0)
            << column.name;
      }
      end = std::max(end, at + column.values.size() * 8);
    }
    auto head = header[i];
    head.erase(part);
    expected[i].erase(part);
    EXPECT_EQ(head, expected[i]);
  }
  for (const auto& column : answer.groups[0].columns) {
    const auto& place = all.at("groups")[0].at("buckets").at(std::string(column.name));
    const auto at = start + place.at("at").get<std::size_t>();
    EXPECT_EQ(std::memcmp(bytes.data() + at, column.values.data(), column.values.size() * 8), 0);
    end = std::max(end, at + column.values.size() * 8);
  }
  EXPECT_EQ(end, bytes.size());
}

TEST(SeriesBinary, EqualColumnsLieAtOnePlace) {
  query::Series one;
  one.columns = {{"x", {1, 2, 3}}, {"y", {0.5, 0.25, 0.125}}};
  auto other = one;
  other.columns[1].values = {4, 5, 6};
  const auto bytes = series_binary({{one, other}, {}});
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const auto header = json::parse(bytes.substr(sizeof length, length)).at("series");
  EXPECT_EQ(header[0].at("points").at("x"), header[1].at("points").at("x"));
  EXPECT_EQ(bytes.size(), sizeof length + length + 3 * 3 * sizeof(double));
}

TEST(SeriesRequest, AGoodBodyIsTaken) {
  const auto id = core::RunId::random();
  const auto request = parse_series_request(json{
      {"runs", {id.text()}},
      {"keys", {"a", "b"}},
      {"x", "relative"},
      {"from", 1.5},
      {"to", nullptr},
      {"width", 300},
      {"height", 155}}.dump());
  EXPECT_EQ(request.runs, std::vector{id});
  EXPECT_EQ(request.keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request.x, query::XAxis::kRelative);
  EXPECT_EQ(request.from, 1.5);
  EXPECT_FALSE(request.to);
  EXPECT_EQ(request.width, 300u);
  EXPECT_EQ(request.height, 155u);
}

TEST(SeriesRequest, MetricSmoothingAndGroupsAreTaken) {
  const auto id = core::RunId::random();
  const auto request =
      parse_series_request(json{{"keys", {"a"}},
                                {"x", {{"metric", "tokens"}}},
                                {"smoothing", {{"kind", "twema"}, {"parameter", 0.6}}},
                                {"groups", {{{"name", "g"}, {"runs", {id.text()}}}}}}
                               .dump());
  EXPECT_TRUE(request.runs.empty());
  EXPECT_FALSE(request.height);
  EXPECT_EQ(request.x, query::XAxis::kMetric);
  EXPECT_EQ(request.x_metric, "tokens");
  EXPECT_EQ(request.smoothing->kind, core::SmoothingKind::kTimeWeightedEma);
  EXPECT_EQ(request.smoothing->parameter, 0.6);
  EXPECT_EQ(request.groups.at(0).name, "g");
  EXPECT_EQ(request.groups.at(0).runs, std::vector{id});
}

TEST(SeriesRequest, ABadBodyIsRefused) {
  for (const auto* bad :
       {"", "[]", "{}", R"({"runs":[],"keys":"a"})", R"({"runs":["x"],"keys":[]})",
        R"({"runs":[],"keys":[1]})", R"({"runs":[],"keys":[],"x":"seconds"})",
        R"({"runs":[],"keys":[],"width":0})", R"({"runs":[],"keys":[],"width":1e9})",
        R"({"runs":[],"keys":[],"height":0})", R"({"runs":[],"keys":[],"height":32767})",
        R"({"runs":[],"keys":[],"from":"1"})", R"({"runs":[],"keys":[],"x":{"metric":1}})",
        R"({"runs":[],"keys":[],"smoothing":"ema"})",
        R"({"runs":[],"keys":[],"smoothing":{"kind":"ema"}})",
        R"({"runs":[],"keys":[],"smoothing":{"kind":"loess","parameter":1}})",
        R"({"runs":[],"keys":[],"smoothing":{"kind":"mean","parameter":0.5}})",
        R"({"runs":[],"keys":[],"groups":{}})", R"({"keys":[],"groups":[{"runs":[]}]})"}) {
    try {
      parse_series_request(bad);
      FAIL() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << bad;
    }
  }
}

}  // namespace
}  // namespace tracker::http
