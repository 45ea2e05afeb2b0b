#include "http/series_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "http/series_body.hpp"
#include "non_finite_values.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

// Reads the compact body as docs/http-api.md describes it, plainly.
struct Picture {
  json header;
  std::vector<Values> columns;
  std::size_t left = 0;  // bytes behind the last column

  explicit Picture(const std::string& body) {
    std::uint32_t length = 0;
    std::memcpy(&length, body.data(), sizeof length);
    EXPECT_EQ((sizeof length + length) % 8, 0u);
    header = json::parse(body.substr(sizeof length, length));
    std::size_t at = sizeof length + length;
    for (const auto& column : header.at("columns")) columns.push_back(read(column, body, at));
    left = body.size() - at;
  }

  static Values read(const json& column, const std::string& body, std::size_t& at) {
    const auto n = column.at("n").get<std::size_t>();
    if (column.contains("value")) {
      const auto& value = column.at("value");
      return Values(n, value.is_number() ? value.get<double>() : value == "NaN" ? kNan : kInf);
    }
    Values out(n);
    if (column.at("type") == "f64") {
      std::memcpy(out.data(), body.data() + at, n * 8);
      at += n * 8;
      return out;
    }
    const bool wide = column.at("type") == "u16";
    const int largest = wide ? 65'535 : 255;
    const double low = column.at("low"), high = column.at("high"), levels = column.at("levels");
    int level = 0;
    for (std::size_t i = 0; i < n; ++i) {
      int code = static_cast<unsigned char>(body.at(at + i));
      if (wide) code += 256 * static_cast<unsigned char>(body.at(at + n + i));
      level += code % 2 == 0 ? code / 2 : -(code + 1) / 2;
      level = (level + largest + 1) % (largest + 1);
      out[i] = level == largest       ? kNan
               : level == largest - 1 ? kInf
               : level == largest - 2 ? -kInf
               : level == levels      ? high
                                      : low + (high - low) * level / levels;
    }
    at += wide ? 2 * n : n;
    return out;
  }

  const Values& column(std::size_t series, const char* member, const char* name) const {
    return columns.at(header.at("series").at(series).at(member).at(name).get<std::size_t>());
  }
};

query::Series raw(Values x, Values y) {
  query::Series series;
  series.run = core::RunId::random();
  series.key = "loss\xff\"";  // what is not UTF-8 is replaced
  series.total = x.size();
  series.columns = {{"x", std::move(x)}, {"y", std::move(y)}};
  return series;
}

Picture picture_of(std::vector<query::Series> series, std::size_t height = 155) {
  return Picture(series_picture({std::move(series), {}}, height));
}

double farthest(const Values& a, const Values& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(a[i] - b[i]));
  return most;
}

TEST(SeriesPicture, ValuesAreRightToHalfAPixel) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const double scale = std::pow(10.0, std::uniform_int_distribution(-300, 300)(random));
    std::uniform_real_distribution<double> value(-scale, scale);
    Values x(1 + random() % 300), y(x.size());
    for (auto& one : y) one = value(random);
    for (auto& one : x) one = value(random);
    std::sort(x.begin(), x.end());
    const std::size_t height = 1 + random() % kTallestPicture;
    const auto picture = picture_of({raw(x, y)}, height);
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    const double slack = 1 + 1e-9;
    EXPECT_LE(farthest(picture.column(0, "points", "y"), y),
              (*high - *low) / static_cast<double>(height) / 2 * slack);
    const auto& got = picture.column(0, "points", "x");
    EXPECT_LE(farthest(got, x), (x.back() - x.front()) / 131'064 * slack);
    EXPECT_EQ(got.front(), x.front());
    EXPECT_EQ(got.back(), x.back());
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
    EXPECT_EQ(picture.left, 0u);
  }
}

TEST(SeriesPicture, WholeStepsAreExact) {
  Values x, y;
  for (int i = 0; i < 1'000; ++i) {
    x.push_back(5 + i * 65);
    y.push_back(i % 7);
  }
  EXPECT_EQ(picture_of({raw(x, y)}).column(0, "points", "x"), x);
}

TEST(SeriesPicture, WhatIsNotFiniteIsKept) {
  const auto picture = picture_of({raw({0, 1, 2, 3, 4}, {kNan, -kInf, 0.5, kInf, 2})});
  const auto& y = picture.column(0, "points", "y");
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(Values(y.begin() + 1, y.end()), (Values{-kInf, 0.5, kInf, 2}));
  const auto none = picture_of({raw({0, 1}, {kNan, kInf})});
  EXPECT_TRUE(std::isnan(none.column(0, "points", "y")[0]));
  EXPECT_EQ(none.column(0, "points", "y")[1], kInf);
}

TEST(SeriesPicture, ValuesThatReachTooFarForLevelsAreExact) {
  const Values y{-1.7e308, 1.7e308, 0};
  EXPECT_EQ(picture_of({raw({0, 1, 2}, y)}).column(0, "points", "y"), y);
}

TEST(SeriesPicture, EqualColumnsAreSentOnceAndConstantOnesAsANumber) {
  const Values x{0, 10, 25};
  const auto picture = picture_of({raw(x, {1, 2, 3}), raw(x, {7, 7, 7}), raw({}, {})});
  const auto& series = picture.header.at("series");
  EXPECT_EQ(series[0].at("points").at("x"), series[1].at("points").at("x"));
  const auto constant = series[1].at("points").at("y").get<std::size_t>();
  EXPECT_EQ(picture.header.at("columns")[constant], (json{{"n", 3}, {"value", 7}}));
  EXPECT_EQ(picture.column(2, "points", "y").size(), 0u);
}

TEST(SeriesPicture, BucketsShareARangeAndLeaveOutWhatNoPictureShows) {
  auto series = raw({}, {});
  series.mode = query::Series::Mode::kBuckets;
  series.columns = {{"x", {0, 4}},          {"x_last", {3, 7}},     {"min", {1, kNan}},
                    {"max", {9, kNan}},     {"mean", {5, kNan}},    {"first", {1, kNan}},
                    {"last", {9, kNan}},    {"count", {4, 90'000}}, {"nonfinite", {0, 4}},
                    {"smoothed", {3, kNan}}};
  const auto picture = picture_of({series}, 8);
  const auto& buckets = picture.header.at("series")[0].at("buckets");
  EXPECT_FALSE(buckets.contains("first") || buckets.contains("last"));
  EXPECT_EQ(picture.column(0, "buckets", "count"), (Values{4, 90'000}));
  for (const auto* name : {"min", "mean", "smoothed"}) {
    const auto& column = picture.header.at("columns")[buckets.at(name).get<std::size_t>()];
    EXPECT_EQ(column, (json{{"n", 2}, {"type", "u8"}, {"low", 1}, {"high", 9}, {"levels", 8}}));
    EXPECT_TRUE(std::isnan(picture.column(0, "buckets", name)[1])) << name;
  }
  EXPECT_EQ(picture.column(0, "buckets", "smoothed")[0], 3);
}

TEST(SeriesPicture, GroupsHaveTwiceAsManyLevels) {
  query::GroupSeries group;
  group.group = "seeds";
  group.key = "loss";
  group.runs = 2;
  group.columns = {{"x", {0, 1}},   {"x_last", {0, 1}}, {"mean", {1, 3}},   {"std", {0, 0.5}},
                   {"min", {0, 2}}, {"max", {2, 4}},    {"median", {1, 3}}, {"count", {2, 2}},
                   {"low", {0, 0}}, {"high", {5, 5}},   {"points", {8, 9}}};
  const Picture picture(series_picture({{}, {group}}, 100));
  const auto& buckets = picture.header.at("groups")[0].at("buckets");
  EXPECT_FALSE(buckets.contains("low") || buckets.contains("high"));
  const auto& mean = picture.header.at("columns")[buckets.at("mean").get<std::size_t>()];
  EXPECT_EQ(mean.at("levels"), 200);
  const auto& spread = picture.header.at("columns")[buckets.at("std").get<std::size_t>()];
  EXPECT_EQ(spread.at("high"), 0.5);
}

TEST(SeriesPicture, IsAFractionOfTheExactForm) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise;
  query::SeriesAnswer answer;
  for (int run = 0; run < 50; ++run) {
    Values x, y;
    for (int i = 0; i < 300; ++i) {
      x.push_back(i);
      y.push_back(std::exp(-i / 100.0) + 0.1 * noise(random));
    }
    answer.series.push_back(raw(x, y));
  }
  EXPECT_LT(series_picture(answer, 155).size() * 4, series_binary(answer).size());
}

}  // namespace
}  // namespace tracker::http
