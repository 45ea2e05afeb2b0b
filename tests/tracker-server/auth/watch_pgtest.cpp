#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "../ingest/fake_output.hpp"
#include "auth/keys.hpp"
#include "auth/watch.hpp"
#include "ingest/ingest.hpp"
#include "world.hpp"

// What is open when rights change. The watch's rounds are the test's own.
namespace tracker::ingest {
namespace {

class WatchTest : public auth::World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    IngestOptions options;
    options.gate = gate.get();
    options.watch = &watch.emplace(*gate);
    ingest.emplace(*database, clock, options);
    ingest->start();
  }
  void TearDown() override {
    for (auto& one : sessions) one->gone();
    ingest->stop();
    ingest.reset();
  }

  std::shared_ptr<FakeOutput> open(const std::string& key, const std::string& project) {
    auto output = std::make_shared<FakeOutput>();
    auto session = ingest->open(output, {{key, {}}, {"127.0.0.1", "t"}});
    session->hello(
        {1, 1, core::RunId::random().text(), core::WriterId::random().text(), project, "test"});
    sessions.push_back(std::move(session));
    return output;
  }
  std::optional<RefusalReason> refused(FakeOutput& output) {
    const auto refusal = output.wait_refusal();
    return refusal ? std::optional(refusal->reason) : std::nullopt;
  }
  void revoke(const std::string& key) {
    auto guard = as_root();
    auth::revoke_key(*gate, guard, *auth::key_id(key));
  }

  std::optional<auth::Watch> watch;
  std::optional<Ingest> ingest;
  std::vector<std::shared_ptr<Session>> sessions;
};

TEST_F(WatchTest, AStreamWhoseKeyIsRevokedIsRefusedAndOthersGoOn) {
  const auto wim = open(keys["wim"], kMine), anna = open(keys["anna"], kMine);
  ASSERT_TRUE(wim->wait_welcome());
  ASSERT_TRUE(anna->wait_welcome());
  watch->round();
  revoke(keys["wim"]);
  watch->round();
  EXPECT_EQ(refused(*wim), RefusalReason::kUnauthenticated);
  revoke(keys["anna"]);
  watch->round();
  EXPECT_EQ(refused(*anna), RefusalReason::kUnauthenticated) << "it was still open until now";
}

TEST_F(WatchTest, AStreamWhoseUserLosesTheRoleIsRefused) {
  const auto wim = open(keys["wim"], kMine);
  ASSERT_TRUE(wim->wait_welcome());
  share(mine, "wim", core::Role::kViewer);
  watch->round();
  EXPECT_EQ(refused(*wim), RefusalReason::kPermissionDenied);
}

TEST_F(WatchTest, AStreamWhoseKeyRunsOutIsRefused) {
  const auto wim = open(key("wim", {.name = "k", .lifetime_s = 60}), kMine);
  ASSERT_TRUE(wim->wait_welcome());
  watch->round();
  clock.advance(60'000'000);
  watch->round();
  EXPECT_EQ(refused(*wim), RefusalReason::kUnauthenticated);
}

TEST_F(WatchTest, AChangeBetweenTheLookAndTheEntryIsSeen) {
  const auto anna = open(keys["anna"], kMine);
  ASSERT_TRUE(anna->wait_welcome());
  watch->round();
  const auth::Claim claim{keys["wim"], {}};
  const auto who = gate->identify(claim, {"127.0.0.1", "t"});
  revoke(keys["wim"]);
  watch->round();
  std::vector<auth::Principal::Kind> seen;
  const auto entry = watch->add(claim, {"127.0.0.1", "t"}, who,
                                [&](auth::Guard& guard) { seen.push_back(guard.who().kind); });
  watch->round();
  EXPECT_EQ(seen, std::vector{auth::Principal::Kind::kNobody});
  watch->round();
  EXPECT_EQ(seen.size(), 1u) << "and not again as long as nothing changes";
}

TEST_F(WatchTest, WhoLogsToANewProjectIsItsAdminAndNobodyElseSeesIt) {
  const auto eve = open(keys["eve"], "hers");
  ASSERT_TRUE(eve->wait_welcome());
  const auto id = storage::find_any_project(*database, "hers");
  ASSERT_TRUE(id);
  const auto role_of = [&](const std::string& who) {
    return gate->open({keys[who], {}}, auth::Access::kSignedIn, {}).role_in(*id);
  };
  EXPECT_EQ(role_of("eve"), core::Role::kAdmin);
  EXPECT_EQ(role_of("root"), core::Role::kAdmin);
  EXPECT_FALSE(role_of("anna"));
}

TEST_F(WatchTest, ANarrowedKeyMakesNoProject) {
  const auto narrow = open(keys["anna only theirs"], "new");
  EXPECT_EQ(refused(*narrow), RefusalReason::kPermissionDenied);
  const auto viewer = open(keys["anna as viewer"], "new");
  EXPECT_EQ(refused(*viewer), RefusalReason::kPermissionDenied);
  EXPECT_FALSE(storage::find_any_project(*database, "new"));
}

TEST_F(WatchTest, ARunOfAnotherProjectIsNotToldWhichOne) {
  const auto theirs_run = run_of(kMine);
  auto output = std::make_shared<FakeOutput>();
  sessions.push_back(ingest->open(output, {{keys["eve"], {}}, {"127.0.0.1", "t"}}));
  sessions.back()->hello(
      {1, 1, theirs_run.text(), core::WriterId::random().text(), kTheirs, "test"});
  const auto refusal = output->wait_refusal();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message.find(kMine), std::string::npos) << refusal->message;
}

}  // namespace
}  // namespace tracker::ingest
