#include "http/meters.hpp"

#include <gtest/gtest.h>

#include "http/access_log.hpp"

namespace tracker::http {
namespace {

using namespace std::chrono_literals;

Router counted_router() {
  const auto handler = [](const Request&) { return text_response(200, ""); };
  std::vector<Route> routes;
  routes.push_back(
      {Method::kPost, "/api/v1/things", auth::Access::kPublic, Runs::kInline, handler});
  routes.push_back({Method::kGet, "/api/v1/things", auth::Access::kPublic, Runs::kInline, handler});
  routes.push_back({Method::kGet, "/healthz", auth::Access::kPublic, Runs::kInline, handler});
  return Router(std::move(routes), handler);
}

TEST(RequestMeters, RequestsAreCountedByRouteMethodAndStatus) {
  const auto router = counted_router();
  RequestMeters meters(router);
  const auto* post = router.match(Method::kPost, "/api/v1/things").route;
  meters.count({post, false, 200, 3ms});
  meters.count({post, false, 200, 3ms});
  meters.count({post, false, 599, 3ms});
  meters.count({nullptr, true, 200, 1ms});
  meters.count({nullptr, false, 404, 1ms});
  metrics::Writer out;
  meters.write(out);
  const auto& text = out.text();
  const auto has = [&](const std::string& line) {
    return text.find(line + '\n') != std::string::npos;
  };
  EXPECT_TRUE(has(
      "tracker_http_requests_total{method=\"POST\",route=\"/api/v1/things\",status=\"200\"} 2"));
  EXPECT_TRUE(has(
      "tracker_http_requests_total{method=\"POST\",route=\"/api/v1/things\",status=\"other\"} 1"));
  EXPECT_TRUE(
      has("tracker_http_requests_total{method=\"GET\",route=\"dashboard\",status=\"200\"} 1"));
  EXPECT_TRUE(has("tracker_http_requests_total{method=\"any\",route=\"none\",status=\"404\"} 1"));
  EXPECT_TRUE(
      has("tracker_http_request_seconds_count{method=\"POST\",route=\"/api/v1/things\"} 3"));
  EXPECT_EQ(text.find("healthz"), std::string::npos) << "a route that nobody asked for";
}

TEST(AccessLog, WhatOnlyReadsIsKnown) {
  EXPECT_TRUE(reads_only("GET", "/api/v1/runs"));
  EXPECT_TRUE(reads_only("HEAD", "/"));
  EXPECT_TRUE(reads_only("POST", "/api/v1/series"));
  EXPECT_FALSE(reads_only("POST", "/api/v1/runs"));
  EXPECT_FALSE(reads_only("DELETE", "/api/v1/series"));
}

TEST(AccessLog, OnlyErrorsOfTheServerCarryTheId) {
  auto mine = error_response(ErrorCode::kInternal, "x");
  add_request_id(mine, "abc");
  EXPECT_NE(mine.body.find("\"request_id\":\"abc\""), std::string::npos) << mine.body;
  auto theirs = error_response(ErrorCode::kNotFound, "x");
  add_request_id(theirs, "abc");
  EXPECT_EQ(theirs.body.find("request_id"), std::string::npos) << theirs.body;
  auto text = text_response(503, "draining");
  add_request_id(text, "abc");
  EXPECT_EQ(text.body, "draining");
}

}  // namespace
}  // namespace tracker::http
