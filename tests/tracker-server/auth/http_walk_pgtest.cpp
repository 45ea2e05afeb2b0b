#include "hostile.hpp"
#include "http/admission.hpp"
#include "http_walk.hpp"

// Every route of the OpenAPI document, asked by everybody who may not: docs/access.md.
namespace tracker::http {
namespace {

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
