#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "../storage/store_fixture.hpp"
#include "auth/gate.hpp"
#include "auth/password.hpp"
#include "auth/sessions.hpp"
#include "auth/users.hpp"
#include "code_of.hpp"
#include "here.hpp"
#include "storage/accounts.hpp"
#include "storage/migrate.hpp"

namespace tracker::auth {
namespace {

// A server that nobody has a user on.
class FirstUserTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    StoreTest::SetUp();
  }
  void disable(const std::string& name) {
    storage::change_account(*database, name, {.server_admin = {}, .disabled = true},
                            {clock.now_us(), "test", "", "127.0.0.1", "t", "test", name, ""});
  }
  core::ManualClock clock{storage::kNow};
};

TEST_F(FirstUserTest, OnLoopbackEverybodyMayDoEverythingUntilThereIsAUser) {
  Gate gate(*database, clock, Anonymous::kUntilFirstUser);
  const auto guard = gate.open({}, Access::kServerAdmin, kHere);
  const auto made = make_user(gate, guard, {.name = "first", .with_key = true});
  EXPECT_TRUE(storage::find_account(*database, "first")->server_admin) << "though nobody said so";
  EXPECT_EQ(code_of([&] { gate.open({}, Access::kSignedIn, kHere); }), ErrorCode::kUnauthenticated);
  EXPECT_NO_THROW(gate.open({made.key->text, {}}, Access::kServerAdmin, kHere));
}

TEST_F(FirstUserTest, AnotherServerOfTheDatabaseAsksWithinASecond) {
  Gate gate(*database, clock, Anonymous::kUntilFirstUser);
  Gate other(*database, clock, Anonymous::kUntilFirstUser);
  EXPECT_TRUE(other.is_open());
  make_user(gate, gate.open({}, Access::kServerAdmin, kHere), {.name = "first"});
  EXPECT_FALSE(gate.is_open());
  clock.advance(1'000'000);
  EXPECT_FALSE(other.is_open());
}

TEST_F(FirstUserTest, WhoIsLetInBecauseThereIsNobodyMakesOneAndNoSecond) {
  Gate gate(*database, clock, Anonymous::kUntilFirstUser);
  const auto one = gate.open({}, Access::kServerAdmin, kHere);
  const auto other = gate.open({}, Access::kServerAdmin, kHere);
  make_user(gate, one, {.name = "first"});
  EXPECT_EQ(code_of([&] { make_user(gate, other, {.name = "second"}); }),
            ErrorCode::kFailedPrecondition);
}

TEST_F(FirstUserTest, WhereOthersReachTheServerNobodyIsLetIn) {
  Gate gate(*database, clock, Anonymous::kNever);
  EXPECT_EQ(code_of([&] { gate.open({}, Access::kSignedIn, kHere); }), ErrorCode::kUnauthenticated);
}

TEST_F(FirstUserTest, TheOneTimeLinkMakesOneAdmin) {
  Gate gate(*database, clock, Anonymous::kNever);
  const auto token = make_first_start(gate);
  ASSERT_TRUE(token);
  EXPECT_EQ(code_of([&] {
              use_first_start(gate, "wrong", {"adam", "12345678"}, kHere);
            }),
            ErrorCode::kPermissionDenied);
  const auto session = use_first_start(gate, *token, {"adam", "12345678"}, kHere);
  EXPECT_TRUE(gate.identify({{}, session}, kHere).is_server_admin());
  EXPECT_EQ(code_of([&] {
              use_first_start(gate, *token, {"eve", "12345678"}, kHere);
            }),
            ErrorCode::kPermissionDenied);
  EXPECT_FALSE(make_first_start(gate));
}

TEST_F(FirstUserTest, TheLinkEndsWithTheDay) {
  Gate gate(*database, clock, Anonymous::kNever);
  const auto token = make_first_start(gate);
  clock.advance(kDay);
  EXPECT_EQ(code_of([&] {
              use_first_start(gate, *token, {"adam", "12345678"}, kHere);
            }),
            ErrorCode::kPermissionDenied);
}

TEST_F(FirstUserTest, WhoIsOnTheServersMachineGetsInAgain) {
  Gate gate(*database, clock, Anonymous::kNever);
  const auto made = rescue_user(gate, {.name = "adam", .server_admin = true, .with_key = true});
  EXPECT_NO_THROW(gate.open({made.key->text, {}}, Access::kServerAdmin, kHere));
  const auto again = rescue_user(gate, {.name = "adam"});
  EXPECT_NO_THROW(log_in(gate, {"adam", again.password}, kHere));
  EXPECT_ANY_THROW(log_in(gate, {"adam", made.password}, kHere));
}

TEST_F(FirstUserTest, ARescueWithABadPasswordChangesNothing) {
  Gate gate(*database, clock, Anonymous::kNever);
  rescue_user(gate, {.name = "adam"});
  rescue_user(gate, {.name = "bert"});
  disable("bert");
  EXPECT_EQ(code_of([&] {
              rescue_user(gate, {.name = "bert", .password = "short", .server_admin = true});
            }),
            ErrorCode::kInvalidArgument);
  const auto bert = *storage::find_account(*database, "bert");
  EXPECT_TRUE(bert.disabled);
  EXPECT_FALSE(bert.server_admin);
}

TEST_F(FirstUserTest, AUserIsMadeOrRescuedWithTheKeyOrNotAtAll) {
  Gate gate(*database, clock, Anonymous::kNever);
  rescue_user(gate, {.name = "adam"});
  const auto bert = rescue_user(gate, {.name = "bert"});
  disable("bert");
  database->pg()->command(
      "CREATE FUNCTION no_keys() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN RAISE EXCEPTION 'no keys'; END$$");
  database->pg()->command(
      "CREATE TRIGGER no_keys BEFORE INSERT ON api_key EXECUTE FUNCTION no_keys()");
  EXPECT_ANY_THROW(rescue_user(gate, {.name = "bert", .server_admin = true, .with_key = true}));
  EXPECT_ANY_THROW(rescue_user(gate, {.name = "carl", .with_key = true}));
  const auto after = *storage::find_account(*database, "bert");
  EXPECT_TRUE(after.disabled);
  EXPECT_FALSE(after.server_admin);
  EXPECT_TRUE(password_fits(after.password, bert.password)) << "nobody was shown another one";
  EXPECT_FALSE(storage::find_account(*database, "carl"));
}

// A database of the version before there were users, with a run in it.
TEST(EarlierDatabase, GoesOnAsItWasAndItsProjectsAreTheServerAdminsFirst) {
  spdlog::set_level(spdlog::level::off);
  storage::Database database({.dsn = test::PostgresCluster::instance().fresh_database()});
  storage::migrate(database, storage::migrations().first(4));
  const auto run = storage::make_writer(database).run;
  storage::migrate(database);
  const core::ManualClock clock{storage::kNow};
  Gate gate(database, clock, Anonymous::kUntilFirstUser);
  EXPECT_NO_THROW(gate.open({}, Access::kWriter, kHere).run(run));
  const auto admin = gate.open({}, Access::kServerAdmin, kHere);
  const auto first = make_user(gate, admin, {.name = "first", .with_key = true});
  EXPECT_NO_THROW(gate.open({first.key->text, {}}, Access::kProjectAdmin, kHere).run(run));
  const auto by_first = gate.open({first.key->text, {}}, Access::kServerAdmin, kHere);
  const auto second = make_user(gate, by_first, {.name = "second", .with_key = true});
  EXPECT_EQ(code_of([&] {
              gate.open({second.key->text, {}}, Access::kViewer, kHere).run(run);
            }),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tracker::auth
