#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "api_world.hpp"
#include "storage/deletion.hpp"

// What is shared with a team, told to who is in it.
namespace tracker::http {
namespace {

using nlohmann::json;

class TeamProjects : public ApiWorld {
 protected:
  void SetUp() override {
    ApiWorld::SetUp();
    share_with_readers(theirs, core::Role::kWriter);
  }
  void share_with_readers(core::ProjectId project, core::Role role) {
    storage::share_project(*database, project, {storage::MemberKind::kTeam, "readers", role},
                           entry());
  }
  Response ask(const std::string& key, const std::string& team) {
    return get(key, "/api/v1/teams/" + team + "/projects");
  }
  Response get(const std::string& key, const std::string& path) {
    Request request;
    request.method = Method::kGet;
    request.path = path;
    request.client = "127.0.0.1";
    request.headers["authorization"] = "Bearer " + key;
    return answer(std::move(request));
  }
  // "NAME as ROLE, …"
  std::string shown_to(const std::string& key, const std::string& team = "readers") {
    const auto response = ask(key, team);
    EXPECT_EQ(response.status, 200) << response.body;
    return text_of(json::parse(response.body).at("projects"));
  }
  static std::string text_of(const json& projects) {
    std::string out;
    for (const auto& one : projects)
      out += (out.empty() ? "" : ", ") + one.at("name").get<std::string>() + " as " +
             one.at("role").get<std::string>();
    return out;
  }
};

TEST_F(TeamProjects, WhoIsInItAndServerAdminsSeeThemByName) {
  EXPECT_EQ(shown_to(keys["tom"]), "mine-secret as viewer, theirs as writer");
  EXPECT_EQ(shown_to(keys["root"]), "mine-secret as viewer, theirs as writer");
  EXPECT_EQ(shown_to(keys["eve"], "others"), "theirs as writer") << "the team's role, not her own";
}

TEST_F(TeamProjects, TheListOfTeamsTellsUsersAndProjectsOfEach) {
  storage::make_team(*database, "empty", entry());
  storage::join_team(*database, "readers", "anna", entry());
  const auto told = [&] {
    const auto response = get(keys["root"], "/api/v1/teams");
    EXPECT_EQ(response.status, 200) << response.body;
    std::string out;
    const auto answer = json::parse(response.body);
    for (const auto& team : answer.at("teams"))
      out += team.at("name").get<std::string>() + " " + team.at("users").dump() + " " +
             text_of(team.at("projects")) + "\n";
    return out;
  };
  EXPECT_EQ(told(),
            "empty [] \n"
            "others [\"eve\"] theirs as writer\n"
            "readers [\"anna\",\"tom\"] mine-secret as viewer, theirs as writer\n");
  storage::delete_project(*database, kMine, {clock.now_us(), 1'000'000});
  storage::unshare_project(*database, theirs, storage::MemberKind::kTeam, "others", entry());
  EXPECT_EQ(told(),
            "empty [] \n"
            "others [\"eve\"] \n"
            "readers [\"anna\",\"tom\"] theirs as writer\n");
}

TEST_F(TeamProjects, ATeamThatOneIsNotInIsNotThere) {
  for (const std::string who : {"vic", "anna", "eve", "root as viewer", "root only theirs"}) {
    const auto refused = ask(keys[who], "readers"), nothing = ask(keys[who], "no-team");
    EXPECT_EQ(refused.status, 404) << who;
    EXPECT_EQ(nothing.status, 404) << who;
    EXPECT_NE(refused.body.find("there is no team `readers`"), std::string::npos) << refused.body;
    EXPECT_NE(nothing.body.find("there is no team `no-team`"), std::string::npos) << nothing.body;
  }
  storage::leave_team(*database, "readers", "tom", entry());
  EXPECT_EQ(ask(keys["tom"], "readers").status, 404);
}

TEST_F(TeamProjects, AKeyOfOneProjectSeesThatAlone) {
  const auto narrow = key("tom", {.name = "k", .project = theirs});
  EXPECT_EQ(shown_to(narrow), "theirs as writer");
}

TEST_F(TeamProjects, WhatIsDeletedOrNotSharedAnyMoreIsLeftOut) {
  storage::delete_project(*database, kMine, {clock.now_us(), 1'000'000});
  EXPECT_EQ(shown_to(keys["tom"]), "theirs as writer");
  storage::unshare_project(*database, theirs, storage::MemberKind::kTeam, "readers", entry());
  EXPECT_EQ(shown_to(keys["tom"]), "");
}

}  // namespace
}  // namespace tracker::http
