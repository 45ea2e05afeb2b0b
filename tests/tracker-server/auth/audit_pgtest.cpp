#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api_world.hpp"
#include "storage/audit.hpp"

// What the audit log can be asked for. Each entry of these tests has its name as its request id.
namespace tracker::http {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;
using Query = std::map<std::string, std::string>;

class AuditQuery : public ApiWorld {
 protected:
  void SetUp() override {
    ApiWorld::SetUp();
    before = std::to_string(last_no() + 1);
    run = run_of(kMine).text();
    tell("login of anna", 10, "anna", "login", "anna");
    tell("failed login", 20, "", "login.failed", "");
    tell("share", 30, "anna", "project.share", kMine, "user VIC as viewer");
    tell("run", 40, "wim", "run.update", run);
    tell("their run", 50, "eve", "run.update", run_of(kTheirs).text());
    tell("gone run", 60, "eve", "run.delete", core::RunId::random().text());
    tell("artifact", 70, "wim", "artifact.delete", std::string(kMine) + "/net:v3");
    tell("view of a deeper project", 80, "eve", "view.create", std::string(kMine) + "/deep/id");
    tell("team", 90, "root", "team.create", kMine);
    tell("odd", 100, "root", "key.create", "100%_\\x", "\xC3\x9C ends in 90d");
    tell("runner", 110, "root", "runner.start", "*");
  }
  void tell(const char* name, std::int64_t at_us, const char* actor, const char* action,
            const std::string& target, const char* detail = "") {
    storage::record(*database, {at_us, actor, "", "", name, action, target, detail});
  }
  std::int64_t last_no() {
    return database->pg()->run("SELECT coalesce(max(no), 0) FROM audit").bigint(0, 0);
  }

  Response ask(const Query& query) {
    Request request;
    request.method = Method::kGet;
    request.path = "/api/v1/audit";
    request.client = "127.0.0.1";
    request.headers["authorization"] = "Bearer " + keys["root"];
    request.query = query;
    return answer(std::move(request));
  }
  json page(const Query& query) {
    const auto response = ask(query);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }
  // Names of the entries of this test, oldest first; the world's own are left out.
  Names names(const Query& query) {
    Names out;
    const auto found = page(query);
    for (const auto& one : found.at("entries"))
      if (one.at("no") >= std::stoll(before)) out.insert(out.begin(), one.at("request_id"));
    return out;
  }

  std::string run, before;
};

TEST_F(AuditQuery, TheActorIsANameOrNobodyOrAPattern) {
  EXPECT_EQ(names({{"actor", "wim"}}), (Names{"run", "artifact"}));
  EXPECT_EQ(names({{"actor", ""}}), Names{"failed login"});
  EXPECT_EQ(names({{"actor", "*i*"}}), (Names{"run", "artifact"}));
  EXPECT_EQ(names({{"actor", "WIM"}}), Names{});
  EXPECT_EQ(names({{"actor", "*"}}).size(), 11u);
}

TEST_F(AuditQuery, ActionsAreOneOfSeveralOrAllThatBeginAlike) {
  EXPECT_EQ(names({{"action", "login"}}), Names{"login of anna"});
  EXPECT_EQ(names({{"action", "login,login.*"}}), (Names{"login of anna", "failed login"}));
  EXPECT_EQ(names({{"action", "run.*"}}), (Names{"run", "their run", "gone run"}));
  EXPECT_EQ(names({{"action", ""}}).size(), 11u);
  std::string many = "a";
  for (int i = 0; i < 32; ++i) many += ",a";
  EXPECT_EQ(ask({{"action", many}}).status, 400);
}

TEST_F(AuditQuery, TheTargetIsWordForWordOrAPattern) {
  EXPECT_EQ(names({{"target", kMine}}), (Names{"share", "team"}));
  EXPECT_EQ(names({{"target", std::string(kMine) + "/*"}}),
            (Names{"artifact", "view of a deeper project"}));
  EXPECT_EQ(names({{"target", "100%_\\x"}}), Names{"odd"});
  EXPECT_EQ(names({{"target", "100%*"}}), Names{"odd"});
  EXPECT_EQ(names({{"target", "100__*"}}), Names{}) << "only * stands for others";
}

TEST_F(AuditQuery, AProjectIsItselfItsRunsAndWhatItHolds) {
  EXPECT_EQ(names({{"project", kMine}}), (Names{"share", "run", "artifact"}));
  EXPECT_EQ(names({{"project", std::string(kMine) + "/deep"}}), Names{"view of a deeper project"});
  EXPECT_EQ(names({{"project", kTheirs}}), Names{"their run"});
  EXPECT_EQ(names({{"project", "mine"}}), Names{});
}

TEST_F(AuditQuery, TextIsLookedForInTargetAndDetailInAnyCase) {
  EXPECT_EQ(names({{"text", "vic"}}), Names{"share"});
  EXPECT_EQ(names({{"text", "NET:"}}), Names{"artifact"});
  EXPECT_EQ(names({{"text", "%"}}), Names{"odd"});
}

TEST_F(AuditQuery, TimesHaveTheirBeginAndNotTheirEnd) {
  EXPECT_EQ(names({{"from_us", "30"}, {"to_us", "50"}}), (Names{"share", "run"}));
  EXPECT_EQ(names({{"from_us", "50"}, {"to_us", "50"}}), Names{});
  for (const char* bad : {"-1", "x", ""}) {
    EXPECT_EQ(ask({{"from_us", bad}}).status, 400) << bad;
    EXPECT_EQ(ask({{"to_us", bad}}).status, 400) << bad;
  }
}

TEST_F(AuditQuery, AllOfItHoldsForWhatIsFound) {
  EXPECT_EQ(names({{"actor", "wim"},
                   {"action", "run.*,artifact.*"},
                   {"project", kMine},
                   {"from_us", "41"}}),
            Names{"artifact"});
  EXPECT_EQ(names({{"actor", "eve"}, {"project", kMine}}), Names{});
}

TEST_F(AuditQuery, PagesAreOfWhatIsFoundAndLeaveNothingOut) {
  Query query{{"actor", "eve"}, {"to_us", "1000"}, {"limit", "2"}};
  const auto first = page(query);
  ASSERT_EQ(first.at("entries").size(), 2u);
  EXPECT_EQ(first.at("entries").at(0).at("request_id"), "view of a deeper project");
  EXPECT_EQ(first.at("entries").at(1).at("request_id"), "gone run");
  query["before"] = std::to_string(first.at("next_before").get<std::int64_t>());
  tell("newer", 120, "eve", "run.update", run);
  const auto last = page(query);
  ASSERT_EQ(last.at("entries").size(), 1u);
  EXPECT_EQ(last.at("entries").at(0).at("request_id"), "their run");
  EXPECT_TRUE(last.at("next_before").is_null());
}

TEST_F(AuditQuery, TextsThatAreNoneAreRefused) {
  for (const char* name : {"actor", "action", "target", "project", "text"})
    EXPECT_EQ(ask({{name, "\xFF"}}).status, 400) << name;
}

}  // namespace
}  // namespace tracker::http
