#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "app/server_process.hpp"
#include "support/directories.hpp"
#include "support/temp_directory.hpp"

// What was logged by a program, as a chart asks for it. Every value is a function of its step.
namespace tracker::app {
namespace {

using nlohmann::json;

constexpr int kRows = 6'000;
double value_at(int step) { return std::sin(step * 0.01) * 1'000 + (step == 4'321 ? 1e6 : 0); }

class SeriesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new test::TempDirectory;
    server_ = new ServerProcess(root_->path() / "data");
    url_ = server_->wait_ready().value_or("");
    ASSERT_FALSE(url_.empty()) << server_->log();
    log_rows();
  }
  static void TearDownTestSuite() {
    server_->signal(SIGTERM);
    EXPECT_EQ(server_->wait(), 0) << server_->log();
    delete server_;
    delete root_;
  }

  // `tracker log` is a program like any other: it ends when all it logged is in its spool, and
  // waits for delivery.
  static void log_rows() {
    const auto command = "TRACKER_DIR='" + (root_->path() / "spools").string() +
                         "' '" TRACKER_BINARY_DIR "/bin/tracker' log --project p --server " + url_ +
                         " >/dev/null 2>&1";
    FILE* program = ::popen(command.c_str(), "w");
    ASSERT_NE(program, nullptr);
    for (int step = 0; step < kRows; ++step) {
      const auto line = json{{"step", step},
                             {"wave", value_at(step)},
                             {"broken", step % 10 == 0 ? json("NaN") : json(step)}};
      std::fprintf(program, "%s\n", line.dump().c_str());
    }
    EXPECT_EQ(::pclose(program), 0);
    ASSERT_TRUE(eventually([] {
      const auto runs = json::parse(
          http_get(url_ + "/api/v1/runs?project=p").value_or(HttpAnswer{}).body, nullptr, false);
      if (!runs.is_object() || !runs.contains("runs") || runs["runs"].empty()) return false;
      run_ = runs["runs"][0]["id"];
      return runs["runs"][0]["state"] == "finished";
    }));
  }

  static HttpPost request(const std::string& key, int width) {
    return {url_ + "/api/v1/series",
            json{{"runs", {run_}}, {"keys", {key}}, {"width", width}}.dump(),
            {}};
  }

  static inline test::TempDirectory* root_ = nullptr;
  static inline ServerProcess* server_ = nullptr;
  static inline std::string url_, run_;
};

TEST_F(SeriesTest, WideEnoughEveryPointIsSent) {
  const auto series = json::parse(http_post(request("wave", kRows / 2))->body)["series"][0];
  EXPECT_EQ(series["mode"], "raw");
  ASSERT_EQ(series["points"]["x"].size(), static_cast<std::size_t>(kRows));
  for (int step = 0; step < kRows; ++step) {
    ASSERT_EQ(series["points"]["x"][static_cast<std::size_t>(step)], step);
    ASSERT_EQ(series["points"]["y"][static_cast<std::size_t>(step)].get<double>(), value_at(step));
  }
}

TEST_F(SeriesTest, BucketsCoverEveryPointAndTheirEnvelopeIsExact) {
  const auto series = json::parse(http_post(request("wave", 50))->body)["series"][0];
  EXPECT_EQ(series["mode"], "buckets");
  EXPECT_EQ(series["total"], kRows);
  const auto& buckets = series["buckets"];
  EXPECT_LE(buckets["x"].size(), 50u);
  int next = 0;
  for (std::size_t i = 0; i < buckets["x"].size(); ++i) {
    const int first = buckets["x"][i], last = buckets["x_last"][i];
    ASSERT_EQ(first, next);
    next = last + 1;
    double low = value_at(first), high = low;
    for (int step = first; step <= last; ++step) {
      low = std::min(low, value_at(step));
      high = std::max(high, value_at(step));
    }
    ASSERT_EQ(buckets["min"][i].get<double>(), low);
    ASSERT_EQ(buckets["max"][i].get<double>(), high);
    ASSERT_EQ(buckets["count"][i], last - first + 1);
  }
  EXPECT_EQ(next, kRows);
}

TEST_F(SeriesTest, NonFiniteValuesAreCountedAndLeftOut) {
  const auto buckets = json::parse(http_post(request("broken", 20))->body)["series"][0]["buckets"];
  int missing = 0;
  for (const auto& count : buckets["nonfinite"]) missing += count.get<int>();
  EXPECT_EQ(missing, kRows / 10);
  EXPECT_EQ(buckets["min"][0], 1);
}

TEST_F(SeriesTest, TheBinaryFormHoldsTheSameColumns) {
  for (const int width : {50, kRows}) {
    auto asked = request("wave", width);
    const auto plain = json::parse(http_post(asked)->body)["series"][0];
    asked.headers = {"Accept: application/vnd.tracker.series"};
    const auto bytes = http_post(asked)->body;
    std::uint32_t length = 0;
    ASSERT_GT(bytes.size(), sizeof length);
    std::memcpy(&length, bytes.data(), sizeof length);
    const auto header = json::parse(bytes.substr(sizeof length, length))["series"][0];
    const auto* part = width == kRows ? "points" : "buckets";
    ASSERT_EQ(header["mode"], plain["mode"]);
    for (const auto& [name, values] : plain[part].items()) {
      const auto& place = header[part][name];
      ASSERT_EQ(place["n"], values.size()) << name;
      std::vector<double> column(values.size());
      std::memcpy(column.data(),
                  bytes.data() + sizeof length + length + place["at"].get<std::size_t>(),
                  column.size() * 8);
      for (std::size_t i = 0; i < column.size(); ++i)
        ASSERT_EQ(column[i], values[i].get<double>()) << name << i;
    }
  }
}

TEST_F(SeriesTest, WhoHasTheAnswerAlreadyIsToldSo) {
  auto asked = request("wave", 50);
  const auto first = http_post(asked);
  ASSERT_FALSE(first->etag.empty());
  asked.headers = {"If-None-Match: " + first->etag};
  EXPECT_EQ(http_post(asked)->status, 304);
  auto other = request("wave", 51);
  other.headers = asked.headers;
  EXPECT_EQ(http_post(other)->status, 200);
}

TEST_F(SeriesTest, TheSummaryIsTheLastRow) {
  const auto run = json::parse(http_get(url_ + "/api/v1/runs/" + run_)->body);
  EXPECT_EQ(run["summary"]["wave"].get<double>(), value_at(kRows - 1));
  const auto keys = json::parse(http_get(url_ + "/api/v1/runs/" + run_ + "/keys")->body)["keys"];
  const auto broken = std::find_if(keys.begin(), keys.end(),
                                   [](const json& key) { return key["key"] == "broken"; });
  ASSERT_NE(broken, keys.end());
  EXPECT_EQ((*broken)["nan_count"], kRows / 10);
}

TEST_F(SeriesTest, WrongRequestsAreNamed) {
  const auto post = [](const std::string& body) {
    return http_post({url_ + "/api/v1/series", body, {}})->status;
  };
  EXPECT_EQ(post("nonsense"), 400);
  EXPECT_EQ(post(R"({"runs":["x"],"keys":["wave"]})"), 400);
  EXPECT_EQ(http_post({url_ + "/api/v1/series", "{}", {"Origin: http://evil.example"}})->status,
            403);
  EXPECT_EQ(http_get(url_ + "/api/v1/runs/nonsense")->status, 400);
  EXPECT_EQ(http_get(url_ + "/api/v1/runs/00000000-0000-4000-8000-000000000000")->status, 404);
  EXPECT_EQ(http_get(url_ + "/api/v1/series")->status, 405);
}

}  // namespace
}  // namespace tracker::app
