#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api_world.hpp"
#include "storage/audit_query.hpp"

// Saved views and reports as the API has them: docs/http-api.md. Who may what on which route is the
// walk's (http_walk_pgtest.cpp).
namespace tracker::http {
namespace {

using nlohmann::json;

class SavedItemsApi : public ApiWorld, public testing::WithParamInterface<const char*> {
 protected:
  std::string path(const std::string& project, const std::string& id = "") const {
    return "/api/v1/projects/" + project + "/" + GetParam() + (id.empty() ? "" : "/" + id);
  }
  // By `who`, with what the map says of headers.
  Response say(Method method, const std::string& to, const std::string& body = "",
               std::map<std::string, std::string> headers = {}) {
    Request request;
    request.method = method;
    request.path = to;
    request.client = "10.0.0.1";
    request.body = body;
    request.headers = std::move(headers);
    request.headers["authorization"] = "Bearer " + keys[who];
    if (!body.empty()) request.headers["content-type"] = "application/json";
    return answer(std::move(request));
  }
  Response put(const std::string& id, const json& body, const std::string& revision) {
    return say(Method::kPut, path(kMine, id), body.dump(), {{"if-match", revision}});
  }
  json made(const std::string& name, const json& spec = json::object()) {
    const auto told = say(Method::kPost, path(kMine), json{{"name", name}, {"spec", spec}}.dump());
    EXPECT_EQ(told.status, 201) << told.body;
    return json::parse(told.body);
  }
  static std::string code_of(const Response& response) {
    return json::parse(response.body).at("error").at("code");
  }
  static std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }

  std::string who = "wim";
};

TEST_P(SavedItemsApi, WhatIsSavedIsListedAndRead) {
  const json spec = {{"filter", "loss < 1"}, {"columns", {"a", 1, 0.5, nullptr}}};
  const auto item = made("best runs", spec);
  EXPECT_EQ(item.at("name"), "best runs");
  EXPECT_EQ(item.at("author"), "wim");
  EXPECT_EQ(item.at("revision"), 1);
  EXPECT_EQ(item.at("spec"), spec);
  who = "vic";
  const auto found = say(Method::kGet, path(kMine, item.at("id")));
  EXPECT_EQ(json::parse(found.body), item);
  EXPECT_EQ(header(found, "ETag"), "\"1\"");
  EXPECT_EQ(say(Method::kGet, path(kMine, item.at("id")), "", {{"if-none-match", "\"1\""}}).status,
            304);
  auto head = item;
  head.erase("spec");
  EXPECT_EQ(json::parse(say(Method::kGet, path(kMine)).body),
            (json{{"items", json::array({head})}}));
}

TEST_P(SavedItemsApi, AChangeSaysOfWhichRevision) {
  const std::string id = made("first").at("id");
  clock.advance(1'000'000);
  const json second = {{"name", "second"}, {"spec", {{"a", 1}}}};
  const auto bare = say(Method::kPut, path(kMine, id), second.dump());
  EXPECT_EQ(bare.status, 428) << bare.body;
  EXPECT_EQ(code_of(bare), "precondition_required");
  for (const auto* nonsense :
       {"1", "\"x\"", "\"\"", "*", "\"1\", \"2\"", "\"99999999999999999999\""})
    EXPECT_EQ(put(id, second, nonsense).status, 400) << nonsense;
  const auto changed = put(id, second, "\"1\"");
  EXPECT_EQ(changed.status, 200) << changed.body;
  const auto item = json::parse(changed.body);
  EXPECT_EQ(item.at("revision"), 2);
  EXPECT_EQ(item.at("spec"), second.at("spec"));
  EXPECT_GT(item.at("updated_us"), item.at("created_us"));
  const auto late = put(id, {{"name", "third"}, {"spec", json::object()}}, "\"1\"");
  EXPECT_EQ(late.status, 412) << late.body;
  EXPECT_EQ(code_of(late), "changed_meanwhile");
  EXPECT_EQ(json::parse(say(Method::kGet, path(kMine, id)).body), item);
  EXPECT_EQ(put(id, second, "W/\"2\"").status, 200) << "the tag of an answer that was compressed";
}

TEST_P(SavedItemsApi, WhatIsDeletedIsGoneAndCanBePostedAgain) {
  const auto item = made("mine", {{"a", 1}});
  const auto gone = say(Method::kDelete, path(kMine, item.at("id")));
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  for (const auto method : {Method::kGet, Method::kDelete})
    EXPECT_EQ(say(method, path(kMine, item.at("id"))).status, 404);
  const auto late = put(item.at("id"), {{"name", "n"}, {"spec", json::object()}}, "\"1\"");
  EXPECT_EQ(late.status, 404);
  const auto back = made(item.at("name"), item.at("spec"));
  EXPECT_NE(back.at("id"), item.at("id"));
  EXPECT_EQ(back.at("spec"), item.at("spec"));
}

TEST_P(SavedItemsApi, UnderAnotherProjectOrKindItIsNotThere) {
  const std::string id = made("mine").at("id");
  who = "anna";  // who sees both projects
  const std::string kind = GetParam();
  for (const auto& elsewhere :
       {path(kTheirs, id), std::string("/api/v1/projects/") + kMine + "/" +
                               (kind == "views" ? "reports/" : "views/") + id}) {
    EXPECT_EQ(say(Method::kGet, elsewhere).status, 404) << elsewhere;
    EXPECT_EQ(say(Method::kDelete, elsewhere).status, 404) << elsewhere;
    EXPECT_EQ(
        say(Method::kPut, elsewhere, R"({"name":"n","spec":{}})", {{"if-match", "\"1\""}}).status,
        404)
        << elsewhere;
  }
  EXPECT_EQ(say(Method::kGet, path(kMine, "nonsense")).status, 400);
  EXPECT_EQ(say(Method::kGet, path(kMine, id)).status, 200);
}

TEST_P(SavedItemsApi, AViewerReadsAndDoesNotWrite) {
  const std::string id = made("mine").at("id"), body = R"({"name":"n","spec":{}})";
  who = "vic";
  EXPECT_EQ(say(Method::kPost, path(kMine), body).status, 403);
  EXPECT_EQ(say(Method::kPut, path(kMine, id), body, {{"if-match", "\"1\""}}).status, 403);
  EXPECT_EQ(say(Method::kDelete, path(kMine, id)).status, 403);
  EXPECT_EQ(json::parse(say(Method::kGet, path(kMine, id)).body).at("revision"), 1);
}

std::string nested(std::size_t levels, const std::string& inside) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += "{\"a\":";
  return text + inside + std::string(levels, '}');
}

TEST_P(SavedItemsApi, BodiesThatWillNotDoAreNamed) {
  const std::string id = made("mine").at("id");
  const auto spec = [](const std::string& text) { return R"({"name":"n","spec":)" + text + "}"; };
  const std::map<std::string, std::string> wrong = {
      {R"({"spec":{}})", "name"},
      {R"({"name":"n"})", "spec"},
      {R"({"name":"n","spec":{},"author":"eve"})", "author"},
      {R"({"name":"","spec":{}})", "name"},
      {R"({"name":"a\nb","spec":{}})", "name"},
      {R"({"name":7,"spec":{}})", "name"},
      {spec("[]"), "spec"},
      {spec("null"), "spec"},
      {spec(R"("text")"), "spec"},
      {spec(nested(33, "{}")), "nested deeper"},
      {spec(nested(32, "{}")), "32 levels"},
      {spec("{\"a\":\"" + std::string(262'144, 'x') + "\"}"), "262144 bytes"},
      {"[]", "object"},
      {"nonsense", "object"}};
  for (const auto& [body, named] : wrong) {
    for (const auto& told : {say(Method::kPost, path(kMine), body),
                             say(Method::kPut, path(kMine, id), body, {{"if-match", "\"1\""}})}) {
      EXPECT_EQ(told.status, 400) << body.substr(0, 80) << told.body;
      EXPECT_NE(told.body.find(named), std::string::npos) << body.substr(0, 80) << told.body;
    }
  }
  EXPECT_EQ(say(Method::kPost, path(kMine), spec(nested(31, "{}"))).status, 201);
  EXPECT_EQ(
      say(Method::kPost, path(kMine), spec("{ \"a\" : \"" + std::string(262'136, 'x') + "\" }"))
          .status,
      201)
      << "spaces do not count";
}

TEST_P(SavedItemsApi, EachChangeIsInTheAuditLog) {
  const std::string id = made("mine").at("id");
  put(id, {{"name", "renamed"}, {"spec", json::object()}}, "\"1\"");
  put(id, {{"name", "refused"}, {"spec", json::object()}}, "\"1\"");
  say(Method::kDelete, path(kMine, id));
  const std::string one = std::string(GetParam()) == "views" ? "view" : "report";
  const auto rows = storage::list_audit(*database, {.limit = 3});
  ASSERT_EQ(rows.size(), 3u);
  const std::vector<std::pair<std::string, std::string>> told = {
      {".delete", "renamed"}, {".update", "renamed"}, {".create", "mine"}};
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(rows[i].entry.action, one + told[i].first);
    EXPECT_EQ(rows[i].entry.detail, told[i].second);
    EXPECT_EQ(rows[i].entry.actor, "wim");
    EXPECT_EQ(rows[i].entry.target, std::string(kMine) + "/" + id);
  }
}

TEST_P(SavedItemsApi, OneMoreThanThereMayBeSaysWhatToDo) {
  database->pg()->run(R"sql(
    INSERT INTO saved_item (id, project_id, kind, name, author, spec, created_us, updated_us, revision)
    SELECT gen_random_uuid(), $1, kind, 'n', '', '{}', 1, 1, 1
    FROM generate_series(1, 1000), (VALUES (1), (2)) AS kinds (kind))sql",
                      storage::PgParams().uuid(mine.uuid().bytes));
  const auto refused = say(Method::kPost, path(kMine), R"({"name":"n","spec":{}})");
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_NE(refused.body.find("delete some"), std::string::npos) << refused.body;
  EXPECT_EQ(json::parse(say(Method::kGet, path(kMine)).body).at("items").size(), 1'000u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SavedItemsApi, testing::Values("views", "reports"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace tracker::http
