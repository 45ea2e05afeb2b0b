#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api_world.hpp"
#include "http/admission.hpp"

// A browser's way through the API: login, what it may then, logout; and what is made of bodies that
// are not what is expected.
namespace tracker::http {
namespace {

using nlohmann::json;

class SessionTest : public ApiWorld {
 protected:
  Request ask(Method method, const std::string& path, const std::string& body = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.client = "10.0.0.1";
    request.body = body;
    if (!body.empty()) request.headers["content-type"] = "application/json";
    if (!cookie.empty()) request.headers["cookie"] = cookie;
    if (!csrf.empty()) request.headers["x-csrf-token"] = csrf;
    return request;
  }
  Response say(Method method, const std::string& path, const json& body = {}) {
    return answer(ask(method, path, body.is_null() ? "" : body.dump()));
  }
  static std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }
  Response log_in(bool secure = false) {
    auto request = ask(Method::kPost, "/api/v1/session",
                       json{{"user", "anna"}, {"password", kPassword}}.dump());
    request.secure = secure;
    auto response = answer(std::move(request));
    const auto set = header(response, "Set-Cookie");
    cookie = set.substr(0, set.find(';'));
    if (response.status == 200) csrf = json::parse(response.body).at("csrf_token");
    return response;
  }

  std::string cookie, csrf;
};

TEST_F(SessionTest, TheCookieIsForTheServerAloneAndOutOfReachOfScripts) {
  const auto set = header(log_in(), "Set-Cookie");
  EXPECT_EQ(set.substr(0, 16), "tracker_session=");
  for (const auto* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"})
    EXPECT_NE(set.find(part), std::string::npos) << set;
  EXPECT_EQ(set.find("Secure"), std::string::npos) << "it would be lost without TLS";
  const auto secure = header(log_in(true), "Set-Cookie");
  EXPECT_EQ(secure.substr(0, 23), "__Host-tracker_session=");
  EXPECT_NE(secure.find("; Secure"), std::string::npos) << secure;
}

TEST_F(SessionTest, WhoLoggedInIsKnownUntilTheyLogOut) {
  EXPECT_TRUE(json::parse(say(Method::kGet, "/api/v1/session").body).at("user").is_null());
  EXPECT_EQ(log_in().status, 200);
  const auto told = json::parse(say(Method::kGet, "/api/v1/session").body);
  EXPECT_EQ(told.at("user").at("name"), "anna");
  EXPECT_EQ(told.at("csrf_token"), csrf);
  EXPECT_FALSE(told.at("open").get<bool>());
  EXPECT_EQ(say(Method::kGet, "/api/v1/projects").status, 200);
  const auto out = say(Method::kDelete, "/api/v1/session");
  EXPECT_EQ(out.status, 200);
  EXPECT_NE(header(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(say(Method::kGet, "/api/v1/projects").status, 401);
}

TEST_F(SessionTest, ALoginMakesANewSessionWhateverCookieCame) {
  log_in();
  const auto fixed = cookie;
  log_in();
  EXPECT_NE(cookie, fixed);
}

TEST_F(SessionTest, AWrongPasswordIsOneAnswerAndTooManyAreToldWhenToComeAgain) {
  const json wrong = {{"user", "anna"}, {"password", "wrong"}};
  for (int i = 0; i < 10; ++i) {
    const auto refused = say(Method::kPost, "/api/v1/session", wrong);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(header(refused, "Set-Cookie"), "");
  }
  const auto throttled = log_in();
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(header(throttled, "Retry-After"), "60");
}

TEST_F(SessionTest, AKeyThatIsNotGoodIsSaidAndAnOldCookieIsNot) {
  auto request = ask(Method::kGet, "/api/v1/session");
  request.headers["authorization"] = "Bearer " + keys["expired"];
  EXPECT_EQ(answer(request).status, 401);
  request.headers["authorization"] = "Bearer " + keys["wim"];
  const auto told = json::parse(answer(request).body);
  EXPECT_EQ(told.at("user").at("name"), "wim");
  EXPECT_TRUE(told.at("csrf_token").is_null());
  cookie = "tracker_session=old";
  EXPECT_EQ(say(Method::kGet, "/api/v1/session").status, 200);
}

TEST_F(SessionTest, SecretsAreShownOnceAndKeptByNobodyOnTheWay) {
  log_in();
  const auto made = say(Method::kPost, "/api/v1/api-keys", {{"name", "ci"}, {"role", "writer"}});
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
  const auto key = json::parse(made.body).at("key").get<std::string>();
  const auto listed = say(Method::kGet, "/api/v1/api-keys").body;
  EXPECT_NE(listed.find("\"ci\""), std::string::npos);
  EXPECT_EQ(listed.find(key), std::string::npos);
  EXPECT_EQ(listed.find(key.substr(13)), std::string::npos);
  EXPECT_EQ(say(Method::kDelete, "/api/v1/api-keys/" + key.substr(4, 8)).status, 200);
  auto request = ask(Method::kGet, "/api/v1/projects");
  request.headers["authorization"] = "Bearer " + key;
  EXPECT_EQ(answer(request).status, 401);
}

TEST_F(SessionTest, AProjectIsSharedReadOnlyAndTakenBack) {
  log_in();
  auto eve = ask(Method::kGet, "/api/v1/runs");
  eve.headers = {{"authorization", "Bearer " + keys["eve"]}};
  eve.query = {{"project", kMine}};
  EXPECT_EQ(answer(eve).status, 404);
  auto share = ask(Method::kPost, "/api/v1/members", R"({"name":"eve","role":"viewer"})");
  share.query = {{"project", kMine}};
  EXPECT_EQ(answer(share).status, 200);
  EXPECT_EQ(answer(eve).status, 200);
  auto members = ask(Method::kGet, "/api/v1/members");
  members.headers = eve.headers;
  members.query = eve.query;
  EXPECT_EQ(json::parse(answer(members).body).at("role"), "viewer") << "she is told what she may";
  auto unshare = ask(Method::kDelete, "/api/v1/members");
  unshare.query = {{"project", kMine}, {"name", "eve"}};
  EXPECT_EQ(answer(unshare).status, 200);
  EXPECT_EQ(answer(eve).status, 404);
  EXPECT_EQ(answer(unshare).status, 404) << "it is not shared with her";
}

TEST_F(SessionTest, BodiesThatAreNotWhatIsExpectedAreNamed) {
  log_in();
  const auto said = [&](const std::string& body, const char* type = "application/json") {
    auto request = ask(Method::kPost, "/api/v1/api-keys", body);
    request.headers["content-type"] = type;
    const auto response = answer(std::move(request));
    EXPECT_EQ(response.status, 400) << body.substr(0, 60);
    return response.body;
  };
  EXPECT_NE(said(R"({"name":"k"})", "text/plain").find("application/json"), std::string::npos);
  EXPECT_NE(said("[]").find("JSON object"), std::string::npos);
  EXPECT_NE(said("nonsense").find("JSON object"), std::string::npos);
  EXPECT_NE(said(R"({"name":1})").find("`name`"), std::string::npos);
  EXPECT_NE(said(R"({})").find("`name`"), std::string::npos);
  EXPECT_NE(said(R"({"name":"k","rolle":"viewer"})").find("`rolle`"), std::string::npos);
  EXPECT_NE(said(R"({"name":"k","role":"owner"})").find("`role`"), std::string::npos);
  EXPECT_NE(said(R"({"name":"k","lifetime_s":1.5})").find("`lifetime_s`"), std::string::npos);
  EXPECT_NE(said(R"({"name":"a\u0000b"})").find("NUL"), std::string::npos);
  EXPECT_NE(said(R"({"name":"k","lifetime_s":18446744073709551615})").find("lifetime_s"),
            std::string::npos);
  const std::string deep(200'000, '[');
  EXPECT_NE(said(R"({"name":)" + deep).find("deeper"), std::string::npos);
}

TEST_F(SessionTest, AnAdminsDeedsAreInTheAuditLogForAdminsAlone) {
  log_in();
  say(Method::kPost, "/api/v1/api-keys", {{"name", "audited key"}});
  EXPECT_EQ(say(Method::kGet, "/api/v1/audit").status, 403);
  auto root = ask(Method::kGet, "/api/v1/audit");
  root.headers = {{"authorization", "Bearer " + keys["root"]}};
  root.query = {{"limit", "1"}};
  const auto page = json::parse(answer(root).body);
  EXPECT_EQ(page.at("entries").at(0).at("action"), "key.create");
  EXPECT_EQ(page.at("entries").at(0).at("actor"), "anna");
  EXPECT_EQ(page.at("entries").at(0).at("address"), "10.0.0.1");
  root.query["before"] = std::to_string(page.at("next_before").get<std::int64_t>());
  EXPECT_EQ(json::parse(answer(root).body).at("entries").at(0).at("action"), "login");
}

}  // namespace
}  // namespace tracker::http
