// The routes of the server and those of the OpenAPI document are the same. What they answer is
// checked by tests/e2e/openapi.
#include "http/openapi.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace tracker::http {
namespace {

using nlohmann::json;

const char* method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "get";
    case Method::kPost:
      return "post";
    case Method::kDelete:
      return "delete";
    case Method::kPut:
      return "put";
    case Method::kPatch:
      return "patch";
    default:
      break;
  }
  // A method that came later: its name in lower case, as the document has it.
  return "unknown";
}

std::set<std::string> served_routes() {
  storage::Database database({.dsn = "never connected"});
  const core::SystemClock clock;
  const StaticFiles none("/nonexistent");
  const ApiContext context{database, clock, none, "test"};
  const auto router = make_router(context);
  std::set<std::string> routes;
  for (const auto& route : router.routes())
    routes.insert(std::string(method_name(route.method)) + " " + route.pattern);
  return routes;
}

std::set<std::string> documented_routes(const json& document) {
  std::set<std::string> routes;
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [name, operation] : item.items())
      if (name != "parameters") routes.insert(name + " " + path);
  return routes;
}

TEST(OpenApi, EveryRouteIsDescribedAndNothingElse) {
  const auto served = served_routes();
  const auto documented = documented_routes(json::parse(openapi_document().text));
  for (const auto& route : served)
    EXPECT_TRUE(documented.contains(route))
        << route << " is served and not described: add it under \"paths\" of "
        << "tracker-server/http/openapi.json, and a case for it to tests/e2e/openapi/cases.mjs";
  for (const auto& route : documented)
    EXPECT_TRUE(served.contains(route))
        << route << " is described in tracker-server/http/openapi.json and not served: add it to "
        << "the table of tracker-server/http/api.cpp, or take it out";
}

TEST(OpenApi, EveryOperationHasANameOfItsOwnAndAnAnswer) {
  const auto document = json::parse(openapi_document().text);
  std::set<std::string> names;
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [name, operation] : item.items()) {
      if (name == "parameters") continue;
      EXPECT_TRUE(names.insert(operation.value("operationId", "")).second) << name << " " << path;
      EXPECT_FALSE(operation.value("summary", "").empty()) << name << " " << path;
      EXPECT_FALSE(operation.at("responses").empty()) << name << " " << path;
    }
}

TEST(OpenApi, TheDocumentIsServedWithATag) {
  storage::Database database({.dsn = "never connected"});
  const core::SystemClock clock;
  const StaticFiles none("/nonexistent");
  const ApiContext context{database, clock, none, "test"};
  const auto answer = get_openapi(context, {});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.body, openapi_document().text);
}

}  // namespace
}  // namespace tracker::http
