#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "hostile.hpp"
#include "http/admission.hpp"
#include "http/api.hpp"
#include "http/openapi.hpp"
#include "storage/artifacts/edits.hpp"
#include "storage/deletion.hpp"
#include "world.hpp"

// Every route of the OpenAPI document, asked by everybody who may not: docs/access.md. What a
// parameter of a new route stands for is in parameters(), a body in body_of(): a route without them
// fails here.
namespace tracker::http {
namespace {

using auth::Access;
using nlohmann::json;

constexpr const char* kNobody = "00000000-0000-4000-8000-000000000000";

struct Operation {
  std::string id, path;
  Method method = Method::kOther;
  json described, shared;  // the operation, and the parameters of its path
  Access access = Access::kPublic;
  std::string optional{};  // a parameter to give though it is not required
};

// Where one of several parameters must be given: each in turn.
const std::map<std::string, std::vector<std::string>> kOneOf = {
    {"getKeysOfRuns", {"runs", "project"}}};

Method method_of(const std::string& name) {
  return name == "get"      ? Method::kGet
         : name == "post"   ? Method::kPost
         : name == "put"    ? Method::kPut
         : name == "patch"  ? Method::kPatch
         : name == "delete" ? Method::kDelete
                            : Method::kOther;
}

class HttpWalk : public auth::World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    auto& downloads = files.emplace(*database, nullptr);
    context = std::make_unique<ApiContext>(ApiContext{.database = *database,
                                                      .clock = clock,
                                                      .dashboard = none,
                                                      .version = "test",
                                                      .metrics = &metrics,
                                                      .gate = gate.get(),
                                                      .downloads = &downloads});
    router = std::make_unique<Router>(make_router(*context));
    document = json::parse(openapi_document().text);
  }

  std::vector<Operation> operations() {
    std::vector<Operation> all;
    for (const auto& [path, item] : document.at("paths").items()) {
      for (const auto& [name, described] : item.items()) {
        if (name == "parameters") continue;
        Operation one{described.at("operationId"), path, method_of(name), described,
                      item.value("parameters", json::array())};
        one.access = declared(one);
        const auto choices = kOneOf.find(one.id);
        if (choices == kOneOf.end()) {
          all.push_back(std::move(one));
          continue;
        }
        for (const auto& choice : choices->second) {
          one.optional = choice;
          all.push_back(one);
        }
      }
    }
    return all;
  }
  Access declared(const Operation& one) {
    for (const auto& route : router->routes())
      if (route.pattern == one.path && route.method == one.method) return route.needs.access;
    ADD_FAILURE() << one.id << " is not served";
    return Access::kServerAdmin;
  }

  static constexpr const char* kMediaContent = "PNG";
  // What the names of parameters stand for.
  struct About {
    std::string run, project, artifact, version, view, report;
  };
  About mine_now() {
    const auto artifact = make_artifact(kMine);
    return {run_with_media().text(),
            kMine,
            artifact.name,
            artifact.version,
            make_saved(mine, storage::SavedKind::kView),
            make_saved(mine, storage::SavedKind::kReport)};
  }
  core::RunId run_with_media() {
    auto writer = storage::make_writer(*database, run_of(kMine), kMine);
    spool::Frame frame;
    frame.records = {
        spool::Media{"shot", "image", 0, storage::kNow, "image/png", "{}", kMediaContent}};
    storage::log_frame(*database, writer, frame);
    return writer.run;
  }
  std::map<std::string, std::string> parameters(const Operation& one, const About& about) {
    const bool of_artifact = one.path.starts_with("/api/v1/artifact");
    const auto in = [&](const char* part) { return one.path.find(part) != std::string::npos; };
    return {{"id", of_artifact       ? about.version
                   : in("/views/")   ? about.view
                   : in("/reports/") ? about.report
                                     : about.run},
            {"If-Match", "\"1\""},
            {"runs", about.run},
            {"project", about.project},
            {"by", "state"},
            {"name", of_artifact ? about.artifact : "vic"},
            {"path", "a/weights.bin"},
            {"alias", "best"},
            {"sha256", artifact::sha256(kMediaContent).hex()},
            {"user", "tom"},
            {"team", "readers"},
            {"key", spare_key}};
  }
  std::string body_of(const std::string& operation, const About& about) {
    const auto fresh = "n" + std::to_string(++made);
    const std::map<std::string, json> bodies = {
        {"patchArtifact", {{"description", fresh}}},
        {"patchArtifactVersion", {{"description", fresh}, {"metadata", json::object()}}},
        {"postArtifactAlias", {{"alias", fresh}}},
        {"patchRun", {{"notes", fresh}, {"config", json::object()}}},
        {"postSeries", {{"runs", json::array({about.run})}, {"keys", json::array({"loss"})}}},
        {"logIn", {{"user", "eve"}, {"password", kPassword}}},
        {"useFirstStart", {{"token", "none"}, {"user", fresh}, {"password", kPassword}}},
        {"changePassword", {{"old_password", kPassword}, {"new_password", kPassword}}},
        {"postUser", {{"name", fresh}}},
        {"changeUser", {{"disabled", false}}},
        {"postTeam", {{"name", fresh}}},
        {"postTeamUser", {{"user", "vic"}}},
        {"postApiKey", {{"name", fresh}}},
        {"postView", {{"name", fresh}, {"spec", json::object()}}},
        {"putView", {{"name", fresh}, {"spec", json::object()}}},
        {"postReport", {{"name", fresh}, {"spec", json::object()}}},
        {"putReport", {{"name", fresh}, {"spec", json::object()}}},
        {"postMember", {{"name", "vic"}, {"role", "viewer"}}}};
    const auto found = bodies.find(operation);
    if (found != bodies.end()) return found->second.dump();
    ADD_FAILURE() << operation << " has a body: say which in this test";
    return {};
  }
  // What may be asked of the world before each question.
  About prepare(const Operation& one) {
    bring_back();
    spare_key = *auth::key_id(key("eve", {.name = "spare"}));
    const auto about = mine_now();
    if (one.id == "restoreRun")
      storage::delete_run(*database, core::RunId::from_text(about.run),
                          {clock.now_us(), 1'000'000});
    const storage::ArtifactRef version{
        storage::ArtifactVersionId::parse(about.version), {}, {}, {}};
    if (one.id == "restoreArtifactVersion")
      storage::delete_version(*database, version, {clock.now_us(), 1'000'000, true});
    // A version with aliases of its own is not deleted without a word about them.
    if (one.id == "deleteArtifactVersion")
      storage::remove_alias(*database, about.project, about.artifact, "best");
    return about;
  }

  Request ask(const Operation& one, const About& about) {
    Request request;
    request.method = one.method;
    request.path = one.path;
    request.client = "127.0.0.1";
    const auto known = parameters(one, about);
    auto wanted = one.shared;
    for (const auto& parameter : one.described.value("parameters", json::array()))
      wanted.push_back(parameter);
    for (auto parameter : wanted) {
      if (parameter.contains("$ref"))
        parameter = document.at(json::json_pointer(parameter["$ref"].get<std::string>().substr(1)));
      const std::string name = parameter.at("name");
      if (!parameter.value("required", false) && name != one.optional) continue;
      const auto found = known.find(name);
      if (found == known.end()) {
        ADD_FAILURE() << one.id << " needs `" << name << "`: say in this test what it stands for";
        continue;
      }
      const auto at = request.path.find("{" + name + "}");
      if (parameter.at("in") == "path")
        request.path.replace(at, name.size() + 2, found->second);
      else if (parameter.at("in") == "header")
        request.headers[lower(name)] = found->second;
      else
        request.query[name] = found->second;
    }
    if (one.described.contains("requestBody")) {
      request.headers["content-type"] = "application/json";
      request.body = body_of(one.id, about);
    }
    return request;
  }
  // The path of an operation, with one of its parameters as it is given.
  std::string path_with(const Operation& one, const About& about, const std::string& name,
                        const std::string& value) {
    auto path = one.path;
    for (const auto& [other, known] : parameters(one, about))
      if (other != name) path = replaced(path, "{" + other + "}", known);
    return path.replace(path.find("{" + name + "}"), name.size() + 2, value);
  }
  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }
  Response answer(Request request) {
    return router->answer(request, router->match(request.method, request.path));
  }
  Response with_key(const Operation& one, const About& about, const std::string& key) {
    auto request = ask(one, about);
    if (!key.empty()) request.headers["authorization"] = "Bearer " + key;
    return answer(std::move(request));
  }

  static std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at; (at = text.find(what)) != std::string::npos;)
      text.replace(at, what.size(), by);
    return text;
  }

  const StaticFiles none{"/nonexistent"};
  metrics::Registry metrics;
  std::optional<artifacts::Downloads> files;
  std::unique_ptr<ApiContext> context;
  std::unique_ptr<Router> router;
  json document;
  std::string spare_key = "00000000";  // its id
  int made = 0;
};

TEST_F(HttpWalk, WhatIsPublicIsThisAndNothingElse) {
  std::set<std::string> open;
  for (const auto& one : operations())
    if (one.access == Access::kPublic) open.insert(one.id);
  EXPECT_EQ(open, (std::set<std::string>{"getHealth", "getReady", "getOpenapi", "getServer",
                                         "getSession", "logIn", "useFirstStart"}));
}

TEST_F(HttpWalk, WhoIsNotKnownIsRefusedOnEveryRoute) {
  const auto about = mine_now();
  const auto before = fingerprint();
  std::size_t asked = 0;
  for (const auto& one : operations()) {
    if (one.access == Access::kPublic) continue;
    const auto bare = with_key(one, about, "");
    EXPECT_EQ(bare.status, 401) << one.id << bare.body;
    for (const std::string kind : kNoGood) {
      const auto refused = with_key(one, about, keys[kind]);
      EXPECT_EQ(refused.status, 401) << one.id << " with a key that is " << kind << refused.body;
      EXPECT_EQ(refused.body.find(kMine), std::string::npos) << one.id << refused.body;
      EXPECT_EQ(refused.body.find(keys[kind]), std::string::npos) << one.id << " tells the key";
      ++asked;
    }
    auto request = ask(one, about);
    request.headers["cookie"] = "tracker_session=" + auth::make_secret();
    EXPECT_EQ(answer(std::move(request)).status, 401) << one.id;
    EXPECT_TRUE(one.described.at("responses").contains("401"))
        << one.id << ": openapi.json does not say 401";
    EXPECT_TRUE(one.described.at("responses").contains("403"))
        << one.id << ": openapi.json does not say 403";
  }
  EXPECT_GT(asked, 50u);
  EXPECT_EQ(fingerprint(), before);
}

// The same answer, word for word, as for what does not exist.
TEST_F(HttpWalk, WhatAKeyMayNotSeeIsNotThere) {
  const auto hidden = mine_now();
  const About absent{kNobody, "absent", "absent", kNobody, kNobody, kNobody};
  const auto before = fingerprint();
  for (const auto& one : operations()) {
    if (!auth::role_of(one.access)) continue;
    for (const std::string who : {"eve", "anna only theirs", "root only theirs"}) {
      const auto refused = with_key(one, hidden, keys[who]);
      const auto nothing = with_key(one, absent, keys[who]);
      EXPECT_EQ(refused.status, nothing.status) << one.id << " for " << who << refused.body;
      auto told = refused.body;
      for (const auto& [mine_is, absent_is] :
           std::map<std::string, std::string>{{hidden.run, kNobody},
                                              {hidden.version, kNobody},
                                              {hidden.view, kNobody},
                                              {hidden.report, kNobody},
                                              {kMine, "absent"},
                                              {hidden.artifact, "absent"}})
        told = replaced(told, mine_is, absent_is);
      EXPECT_EQ(told, nothing.body) << one.id << " for " << who;
    }
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(HttpWalk, ARoleThatIsTooLowIsRefusedOnEveryRoute) {
  const auto about = mine_now();
  const auto before = fingerprint();
  for (const auto& one : operations()) {
    std::vector<std::string> low;
    if (one.access == Access::kWriter) low = {"vic", "tom", "anna as viewer", "root as viewer"};
    if (one.access == Access::kProjectAdmin) low = {"vic", "wim", "tom", "anna as viewer"};
    if (one.access == Access::kServerAdmin)
      low = {"vic", "wim", "anna", "eve", "root as viewer", "root only theirs"};
    for (const auto& who : low) {
      const auto refused = with_key(one, about, keys[who]);
      EXPECT_EQ(refused.status, 403) << one.id << " for " << who << refused.body;
      EXPECT_EQ(refused.body.find("loss"), std::string::npos) << one.id << refused.body;
    }
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(HttpWalk, WhatIsListedIsWhatMayBeSeen) {
  for (const auto& one : operations()) {
    if (one.access != Access::kSignedIn) continue;
    for (const std::string who : {"eve", "anna only theirs", "root only theirs"}) {
      const auto told = with_key(one, mine_now(), keys[who]);
      EXPECT_EQ(told.body.find(kMine), std::string::npos) << one.id << " for " << who << told.body;
    }
  }
}

// Without it the refusals above could be everybody's.
TEST_F(HttpWalk, TheRightRoleIsLetIn) {
  for (const auto& one : operations()) {
    if (one.id == "getLive") continue;          // a socket
    if (one.id == "useFirstStart") continue;    // there are users
    if (one.id == "getMediaContent") continue;  // the run has none
    const auto about = prepare(one);
    const std::map<Access, std::string> enough = {
        {Access::kPublic, ""},    {Access::kSignedIn, "eve"},      {Access::kViewer, "tom"},
        {Access::kWriter, "wim"}, {Access::kProjectAdmin, "anna"}, {Access::kServerAdmin, "root"}};
    const auto told = with_key(one, about, keys[enough.at(one.access)]);
    EXPECT_TRUE(told.status >= 200 && told.status < 300) << one.id << told.status << told.body;
  }
}

TEST_F(HttpWalk, ASessionThatMayChangeSomethingNeedsItsToken) {
  for (const auto& one : operations()) {
    if (one.access == Access::kPublic || one.method == Method::kGet) continue;
    const auto about = prepare(one);
    const auto secret = session("anna"), other = session("anna");
    const auto before = fingerprint();
    auto forged = ask(one, about);
    forged.headers["cookie"] = "other=1; tracker_session=" + secret;
    EXPECT_EQ(answer(forged).status, 403) << one.id << ": a page of another site could ask this";
    forged.headers["x-csrf-token"] = auth::csrf_of(other);
    EXPECT_EQ(answer(forged).status, 403) << one.id << ": with the token of another session";
    EXPECT_EQ(fingerprint(), before) << one.id;
    forged.headers["x-csrf-token"] = auth::csrf_of(secret);
    const auto told = answer(forged);
    EXPECT_NE(told.status, 401) << one.id << told.body;
    EXPECT_EQ(told.status == 403, one.access == Access::kServerAdmin) << one.id << told.body;
  }
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "{\"a\":";
  return text + "1" + std::string(depth, '}');
}

// Each parameter of each route, and each member of each body, with values that mean harm: an error
// of the caller at most, and nothing is changed or told that the caller may not see.
TEST_F(HttpWalk, HostileValuesAreErrorsOfTheCaller) {
  const auto about = mine_now();
  const auto before = fingerprint();
  std::size_t asked = 0;
  const auto expect_harmless = [&](Request request, const std::string& what) {
    request.headers["authorization"] = "Bearer " + keys["vic as viewer"];
    const auto told = answer(std::move(request));
    EXPECT_LT(told.status, 500) << what << told.body;
    EXPECT_EQ(told.body.find("argon2"), std::string::npos) << what << told.body;
    EXPECT_EQ(told.body.find(kTheirs), std::string::npos) << what << told.body;
    ++asked;
  };
  for (const auto& one : operations()) {
    if (one.id == "logIn" || one.id == "getMetrics") continue;  // 50 failures, and nobody logs in
    for (const auto& value : auth::hostile_values()) {
      const auto what = one.id + " with " + value.substr(0, 40) + ": ";
      auto wanted = one.shared;
      for (const auto& parameter : one.described.value("parameters", json::array()))
        wanted.push_back(parameter);
      for (auto parameter : wanted) {
        if (parameter.contains("$ref"))
          parameter =
              document.at(json::json_pointer(parameter["$ref"].get<std::string>().substr(1)));
        auto request = ask(one, about);
        const std::string name = parameter.at("name");
        if (parameter.at("in") == "query") {
          request.query[name] = value;
        } else if (parameter.at("in") == "header") {
          request.headers[lower(name)] = value;
        } else {
          request.path = path_with(one, about, name, value);
        }
        expect_harmless(std::move(request), what + name);
      }
      if (!one.described.contains("requestBody")) continue;
      auto request = ask(one, about);
      const auto body = json::parse(request.body);
      request.body = value;
      expect_harmless(request, what + "as the body");
      for (const auto& [name, good] : body.items()) {
        request.body = "{\"" + name + "\":" + nested(200'000) + "}";
        expect_harmless(request, what + "nested as " + name);
        for (const json& bad : {json(value), json::array({value}), json{{"a", value}}}) {
          auto changed = body;
          changed[name] = bad;
          request.body = changed.dump(-1, ' ', false, json::error_handler_t::replace);
          expect_harmless(request, what + "as " + name);
        }
      }
    }
  }
  EXPECT_GT(asked, 1'000u);
  EXPECT_EQ(fingerprint(), before);
}

// A handler that forgets to show its guard the project must not answer.
TEST_F(HttpWalk, AHandlerThatLooksAtNoProjectAnswersNothing) {
  std::vector<Route> routes{{Method::kGet, "/api/v1/leak", Access::kViewer, Runs::kOnWorker,
                             [](const Request&) { return text_response(200, kMine); }}};
  const Router leaky(
      routes, [](const Request&) { return Response{}; }, gate.get());
  Request request;
  request.path = "/api/v1/leak";
  request.headers["authorization"] = "Bearer " + keys["eve"];
  const auto told = leaky.answer(request, leaky.match(Method::kGet, request.path));
  EXPECT_EQ(told.status, 500);
  EXPECT_EQ(told.body.find(kMine), std::string::npos);
}

}  // namespace
}  // namespace tracker::http
