#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

namespace tracker::http {
namespace {

Response say(const std::string& text) { return text_response(200, text); }

Router make_router() {
  std::vector<Route> routes;
  routes.push_back({Method::kGet, "/api/v1/runs", auth::Access::kPublic, Runs::kOnWorker,
                    [](const Request&) { return say("list"); }});
  routes.push_back({Method::kGet, "/api/v1/runs/{id}", auth::Access::kPublic, Runs::kOnWorker,
                    [](const Request& request) { return say(request.parameters.at("id")); }});
  routes.push_back({Method::kDelete, "/api/v1/runs/{id}", auth::Access::kPublic, Runs::kOnWorker,
                    [](const Request&) { return say("deleted"); }});
  routes.push_back({Method::kGet, "/api/v1/runs/facets", auth::Access::kPublic, Runs::kOnWorker,
                    [](const Request&) { return say("facets"); }});
  routes.push_back(
      {Method::kGet, "/api/v1/runs/{id}/keys", auth::Access::kPublic, Runs::kOnWorker,
       [](const Request& request) { return say("keys of " + request.parameters.at("id")); }});
  routes.push_back({Method::kPost, "/api/v1/series", auth::Access::kPublic, Runs::kOnWorker,
                    [](const Request&) { return say("series"); }});
  routes.push_back(
      {Method::kGet, "/api/v1/gone", auth::Access::kPublic, Runs::kInline,
       [](const Request&) -> Response { throw Error(ErrorCode::kNotFound, "no run x"); }});
  routes.push_back(
      {Method::kGet, "/api/v1/broken", auth::Access::kPublic, Runs::kInline,
       [](const Request&) -> Response { throw std::runtime_error("secret of the inside"); }});
  return Router(std::move(routes), [](const Request&) { return say("page"); });
}

Response ask(const Router& router, Method method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return router.answer(request, router.match(method, path));
}

std::string error_code(const Response& response) {
  return nlohmann::json::parse(response.body).at("error").at("code").get<std::string>();
}

TEST(Router, PathWithAParameterReachesItsHandlerWithTheValue) {
  const auto router = make_router();
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs").body, "list");
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/abc").body, "abc");
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/abc/keys").body, "keys of abc");
}

TEST(Router, AnEncodedSlashIsPartOfAName) {
  const auto router = make_router();
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/a%2Fb/keys").body, "keys of a/b");
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/100%25").body, "100%");
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs%2Fabc").status, 404);
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/a%2").status, 404);
}

TEST(Router, APathWithANameOfItsOwnIsNoParameter) {
  const auto router = make_router();
  EXPECT_EQ(ask(router, Method::kDelete, "/api/v1/runs/abc").body, "deleted");
  EXPECT_EQ(ask(router, Method::kGet, "/api/v1/runs/facets").body, "facets");
  EXPECT_EQ(ask(router, Method::kDelete, "/api/v1/runs/facets").status, 405);
}

TEST(Router, AnEmptyOrASurplusSegmentIsAnotherPath) {
  const auto router = make_router();
  for (const auto* path : {"/api/v1/runs/", "/api/v1/runs//keys", "/api/v1/runs/a/keys/b",
                           "/api/v1", "/api/v1/runs/a/"}) {
    const auto response = ask(router, Method::kGet, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(error_code(response), "not_found") << path;
  }
}

TEST(Router, AnotherMethodIs405AndHeadIsServedByGet) {
  const auto router = make_router();
  const std::tuple<Method, const char*, const char*> cases[] = {
      {Method::kPost, "/api/v1/runs", "GET, HEAD"},
      {Method::kPost, "/api/v1/runs/abc", "GET, HEAD, DELETE"},
      {Method::kGet, "/api/v1/series", "POST"},
      {Method::kOther, "/index.html", "GET, HEAD"}};
  for (const auto& [method, path, allow] : cases) {
    const auto response = ask(router, method, path);
    EXPECT_EQ(response.status, 405) << path;
    const std::pair<std::string, std::string> header("Allow", allow);
    EXPECT_THAT(response.headers, testing::Contains(header)) << path;
  }
  EXPECT_EQ(ask(router, Method::kHead, "/api/v1/runs").status, 200);
}

TEST(Router, WhatIsNotTheApiGoesToTheDashboard) {
  EXPECT_EQ(ask(make_router(), Method::kGet, "/projects/imdb").body, "page");
}

TEST(Router, ErrorsBecomeStatusAndBodyAndDefectsAreNotTold) {
  const auto router = make_router();
  const auto gone = ask(router, Method::kGet, "/api/v1/gone");
  EXPECT_EQ(gone.status, 404);
  EXPECT_NE(gone.body.find("no run x"), std::string::npos);
  const auto broken = ask(router, Method::kGet, "/api/v1/broken");
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(broken.body.find("secret"), std::string::npos);
}

TEST(Router, TwoRoutesForOnePathAreADefect) {
  std::vector<Route> routes(2, Route{Method::kGet, "/x", auth::Access::kPublic, Runs::kInline,
                                     [](const Request&) { return say(""); }});
  EXPECT_THROW(Router(routes, [](const Request&) { return say(""); }), Error);
}

TEST(Target, EscapesAndQueryAreDecoded) {
  const auto target = parse_target("/runs/a%20b?project=im%64b+x&empty&limit=5#part");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/runs/a b");
  EXPECT_EQ(target->encoded_path, "/runs/a%20b");
  EXPECT_EQ(target->query.at("project"), "imdb x");
  EXPECT_EQ(target->query.at("empty"), "");
  EXPECT_EQ(target->query.at("limit"), "5");
}

TEST(Target, WhatIsNotAPathOrHidesANulIsRefused) {
  for (const auto* bad : {"", "http://x/", "*", "/a%0", "/a%zz", "/a%00b", "/x?y=%00"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
  EXPECT_FALSE(parse_target(std::string_view("/a\0b", 4)));
}

TEST(Request, ANumberOutsideItsRangeIsNamed) {
  Request request;
  request.query = {{"limit", "5001"}, {"from", "-1"}, {"width", "12x"}};
  for (const auto* name : {"limit", "from", "width"}) {
    try {
      request.query_number(name, 1, {0, 1'000});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
    }
  }
  EXPECT_EQ(request.query_number("absent", 7, {0, 10}), 7u);
}

TEST(Etag, AKnownTagIsAnsweredWithoutABody) {
  Request request;
  request.headers["if-none-match"] = "W/\"a\", \"b\"";
  EXPECT_EQ(with_etag(request, "b", text_response(200, "x")).status, 304);
  EXPECT_EQ(with_etag(request, "a", text_response(200, "x")).status, 304);
  const auto fresh = with_etag(request, "c", text_response(200, "x"));
  EXPECT_EQ(fresh.status, 200);
  EXPECT_EQ(fresh.headers.back(), (std::pair<std::string, std::string>("ETag", "\"c\"")));
}

TEST(AcceptEncoding, GzipCountsUnlessItsWeightIsZero) {
  const auto accepts = [](const char* value) {
    Request request;
    request.headers["accept-encoding"] = value;
    return accepts_gzip(request);
  };
  EXPECT_TRUE(accepts("gzip"));
  EXPECT_TRUE(accepts("deflate, gzip;q=0.5, br"));
  EXPECT_FALSE(accepts("gzip;q=0"));
  EXPECT_FALSE(accepts("gzip;q=0.0"));
  EXPECT_FALSE(accepts("br"));
  EXPECT_FALSE(accepts(""));
}

}  // namespace
}  // namespace tracker::http
