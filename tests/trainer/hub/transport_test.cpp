#include "hub/transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainer::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpResponse reply(int status, const std::string& retry = {}) {
  HttpResponse response;
  response.status = status;
  if (!retry.empty()) {
    response.headers["retry-after"] = retry;
  }
  return response;
}

class BackoffTest : public testing::Test {
 protected:
  BackoffTest() {
    settings_.wait = [this](milliseconds pause) { waits_.push_back(pause); };
  }
  HubSettings settings_;
  std::vector<milliseconds> waits_;
};

TEST_F(BackoffTest, waits_double_and_attempts_end) {
  Backoff backoff(settings_);
  while (backoff.wait_after(reply(503))) {
  }
  EXPECT_EQ(waits_, (std::vector<milliseconds>{seconds(1), seconds(2), seconds(4), seconds(8)}));
}

TEST_F(BackoffTest, progress_begins_the_count_anew) {
  Backoff backoff(settings_);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(backoff.wait_after(reply(0)));
    backoff.reset();
  }
}

TEST_F(BackoffTest, final_answers_are_not_waited_for) {
  for (const int status : {200, 400, 401, 403, 404, 416, 501}) {
    Backoff backoff(settings_);
    EXPECT_FALSE(backoff.wait_after(reply(status))) << status;
  }
  EXPECT_TRUE(waits_.empty());
}

TEST_F(BackoffTest, retry_after_is_obeyed_within_reason) {
  Backoff backoff(settings_);
  EXPECT_TRUE(backoff.wait_after(reply(429, "7")));
  EXPECT_EQ(waits_, (std::vector<milliseconds>{seconds(7)}));
  EXPECT_FALSE(backoff.wait_after(reply(429, "3600")));
}

TEST(RetryAfter, seconds_and_dates_are_read) {
  EXPECT_EQ(retry_after(reply(429, "12"), seconds(0)), seconds(12));
  EXPECT_EQ(retry_after(reply(429, "Thu, 01 Jan 1970 00:01:40 GMT"), seconds(60)), seconds(40));
  EXPECT_EQ(retry_after(reply(429, "Thu, 01 Jan 1970 00:01:40 GMT"), seconds(600)), seconds(0));
  EXPECT_EQ(retry_after(reply(429, "soon"), seconds(0)), std::nullopt);
  EXPECT_EQ(retry_after(reply(429), seconds(0)), std::nullopt);
  EXPECT_EQ(retry_after(reply(429, "99999999999999999999"), seconds(0)), std::nullopt);
}

TEST(RetryAfter, a_rate_limit_tells_when_nothing_remains) {
  const auto limited = [](const char* header, int status = 429) {
    HttpResponse response = reply(status);
    response.headers["ratelimit"] = header;
    return retry_after(response, seconds(0));
  };
  EXPECT_EQ(limited(R"("api";r=0;t=55)"), seconds(55));
  EXPECT_EQ(limited(R"("api";t=55;r=0)"), seconds(55));
  EXPECT_EQ(limited(R"("api";r=3;t=55)"), std::nullopt) << "something remains";
  EXPECT_EQ(limited(R"("api";r=0;t=55)", 503), std::nullopt) << "not what this is about";
  EXPECT_EQ(limited("nonsense"), std::nullopt);
  EXPECT_EQ(limited("r=0;t=x"), std::nullopt);
}

}  // namespace
}  // namespace trainer::hub
