#include "http/origin.hpp"

#include <gtest/gtest.h>

namespace tracker::http {
namespace {

Request from(std::map<std::string, std::string> headers, Method method = Method::kGet) {
  Request request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

bool refused(const OriginPolicy& policy, const Request& request) {
  const auto answer = refuse_foreign(policy, request);
  EXPECT_EQ(answer ? answer->status : 403, 403);
  return answer.has_value();
}

TEST(Origin, OnLoopbackOnlyKnownNamesAreAnswered) {
  const OriginPolicy policy{{"tracker.lan"}, OriginPolicy::Hosts::kKnownOnly};
  for (const auto* host : {"localhost:8080", "LOCALHOST", "127.0.0.1:80", "127.9.9.9", "[::1]:8080",
                           "tracker.lan:443"}) {
    EXPECT_FALSE(refused(policy, from({{"host", host}}))) << host;
  }
  for (const auto* host : {"evil.example:8080", "", "127.0.0.1.evil.example",
                           "localhost.evil.example:8080", "10.0.0.1", "[::1", "tracker.lan.evil"}) {
    EXPECT_TRUE(refused(policy, from({{"host", host}}))) << host;
  }
}

TEST(Origin, APageOfAnotherOriginMayNotChangeAnything) {
  const OriginPolicy policy;
  const auto post = [&](const char* origin) {
    return refused(policy, from({{"host", "127.0.0.1:8080"}, {"origin", origin}}, Method::kPost));
  };
  EXPECT_FALSE(post("http://127.0.0.1:8080"));
  EXPECT_FALSE(
      refused(policy, from({{"host", "127.0.0.1:8080"}}, Method::kPost)));  // not a browser
  EXPECT_TRUE(post("http://evil.example"));
  EXPECT_TRUE(post("http://127.0.0.1:9090"));
  EXPECT_TRUE(post("http://localhost:8080"));
  EXPECT_TRUE(post("null"));
  EXPECT_TRUE(refused(policy, from({{"host", "127.0.0.1:8080"}, {"origin", "http://evil.example"}},
                                   Method::kDelete)));
}

TEST(Origin, AWebSocketIsCheckedLikeAChange) {
  const OriginPolicy policy{{}, OriginPolicy::Hosts::kAny};
  const auto open = [&](const char* origin) {
    return refused(policy,
                   from({{"host", "tracker.lan"}, {"upgrade", "WebSocket"}, {"origin", origin}}));
  };
  EXPECT_FALSE(open("https://tracker.lan"));
  EXPECT_TRUE(open("https://evil.example"));
  EXPECT_FALSE(refused(policy, from({{"host", "tracker.lan"},
                                     {"origin", "https://evil.example"}})));  // a plain read
}

}  // namespace
}  // namespace tracker::http
