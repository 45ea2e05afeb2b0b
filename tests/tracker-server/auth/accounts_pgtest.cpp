#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <latch>
#include <thread>

#include "auth/keys.hpp"
#include "auth/sessions.hpp"
#include "auth/throttle.hpp"
#include "auth/users.hpp"
#include "storage/audit.hpp"
#include "world.hpp"

namespace tracker::auth {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 3'600 * 1'000'000;
const Origin kHere{"10.0.0.1", "t"};

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

class AccountsTest : public World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    make_user(*gate, as_root(), {.name = "pat", .password = "patience"});
  }
  Principal by_session(const std::string& secret) {
    return gate->identify({.key = {}, .session = secret}, kHere);
  }
  Principal by_key(const std::string& key) {
    return gate->identify({.key = key, .session = {}}, kHere);
  }
  bool known(const Principal& who) { return who.kind == Principal::Kind::kUser; }
  std::string last_action() {
    return storage::list_audit(*database, std::nullopt, 1).at(0).entry.action;
  }
};

TEST_F(AccountsTest, ALoginIsASessionUntilItIsLoggedOut) {
  const auto secret = log_in(*gate, {"pat", "patience"}, kHere);
  const auto who = by_session(secret);
  EXPECT_EQ(who.name, "pat");
  EXPECT_FALSE(who.is_server_admin());
  EXPECT_EQ(last_action(), "login");
  log_out(*gate, Guard(*database, {.key = {}, .session = secret}, who, Access::kSignedIn, kHere));
  EXPECT_FALSE(known(by_session(secret)));
  EXPECT_EQ(last_action(), "logout");
}

TEST_F(AccountsTest, ASessionEndsUnusedAfterAWeekAndAfterAMonthInAnyCase) {
  const auto used = log_in(*gate, {"pat", "patience"}, kHere);
  for (int day = 0; day < 30; ++day) {
    EXPECT_TRUE(known(by_session(used))) << day;
    clock.advance(kDay);
  }
  EXPECT_FALSE(known(by_session(used)));
  const auto left = log_in(*gate, {"pat", "patience"}, kHere);
  clock.advance(7 * kDay);
  EXPECT_FALSE(known(by_session(left)));
}

TEST_F(AccountsTest, WrongNameAndWrongPasswordAreOneAnswer) {
  std::set<std::string> said;
  for (const Login& wrong : {Login{"pat", "impatience"}, Login{"nobody", "patience"},
                             Login{"root", ""}, Login{"gone", "x"}, Login{"Not A Name", "x"},
                             Login{std::string("a\0b", 3), "x"}, Login{"\xFF\xFE", "x"}}) {
    try {
      log_in(*gate, wrong, kHere);
      ADD_FAILURE() << wrong.user;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnauthenticated);
      said.insert(error.what());
    }
  }
  EXPECT_EQ(said.size(), 1u);
  EXPECT_EQ(last_action(), "login.failed");
}

TEST_F(AccountsTest, AfterTenFailuresAnAccountWaitsAndOthersDoNot) {
  const auto open = log_in(*gate, {"pat", "patience"}, kHere);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(code_of([&] {
                log_in(*gate, {"pat", "wrong"}, kHere);
              }),
              ErrorCode::kUnauthenticated);
  EXPECT_EQ(code_of([&] {
              log_in(*gate, {"pat", "patience"}, {"10.9.9.9", "t"});
            }),
            ErrorCode::kResourceExhausted)
      << "the right password is not tried either";
  make_user(*gate, as_root(), {.name = "sam", .password = "patience"});
  EXPECT_NO_THROW(log_in(*gate, {"sam", "patience"}, kHere));
  EXPECT_TRUE(known(by_session(open))) << "an open session is not touched";
  clock.advance(61'000'000);
  EXPECT_NO_THROW(log_in(*gate, {"pat", "patience"}, kHere));
}

TEST_F(AccountsTest, AttemptsThatComeAtOnceAreCountedBeforeAnyIsJudged) {
  constexpr int kAtOnce = 40;
  std::atomic<int> judged{0}, refused{0};
  std::latch start(kAtOnce);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kAtOnce; ++i)
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto code = code_of([&] { log_in(*gate, {"pat", "wrong"}, kHere); });
        if (code == ErrorCode::kUnauthenticated) ++judged;
        if (code == ErrorCode::kResourceExhausted || code == ErrorCode::kUnavailable) ++refused;
      });
  }
  EXPECT_LE(judged, 10);
  EXPECT_GT(judged, 0);
  EXPECT_EQ(judged + refused, kAtOnce);
}

TEST_F(AccountsTest, WhoFindsBothComputationsTakenIsToldToComeAgainAndNotCounted) {
  {
    const PasswordTurn one(PasswordTurn::Taken::kWait), other(PasswordTurn::Taken::kWait);
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(code_of([&] {
                  log_in(*gate, {"pat", "patience"}, kHere);
                }),
                ErrorCode::kUnavailable);
  }
  EXPECT_NO_THROW(log_in(*gate, {"pat", "patience"}, kHere));
}

TEST_F(AccountsTest, LoginsThatDoNotFailAreNotCounted) {
  for (int i = 0; i < 60; ++i) log_in(*gate, {"pat", "patience"}, kHere);
}

TEST_F(AccountsTest, AfterFiftyFailuresAnAddressWaitsWhoeverIsTried) {
  const LoginAttempt attempt{"none", "10.0.0.7"};
  for (int i = 0; i < 50; ++i)
    count_attempt(*database, clock, {"n" + std::to_string(i), attempt.address});
  EXPECT_EQ(code_of([&] {
              log_in(*gate, {"pat", "patience"}, {"10.0.0.7", "t"});
            }),
            ErrorCode::kResourceExhausted);
  EXPECT_NO_THROW(log_in(*gate, {"pat", "patience"}, {"10.0.0.8", "t"}));
}

TEST_F(AccountsTest, ANewPasswordEndsTheOtherSessions) {
  const auto own = log_in(*gate, {"pat", "patience"}, kHere);
  const auto other = log_in(*gate, {"pat", "patience"}, kHere);
  const Guard guard(*database, {.key = {}, .session = own}, by_session(own), Access::kSignedIn,
                    kHere);
  EXPECT_EQ(code_of([&] {
              change_password(*gate, guard, {"wrong", "new password"});
            }),
            ErrorCode::kPermissionDenied);
  change_password(*gate, guard, {"patience", "new password"});
  EXPECT_TRUE(known(by_session(own)));
  EXPECT_FALSE(known(by_session(other)));
  EXPECT_NO_THROW(log_in(*gate, {"pat", "new password"}, kHere));
}

TEST_F(AccountsTest, DisablingEndsKeysAndSessionsAndTheLastAdminStays) {
  const auto secret = log_in(*gate, {"pat", "patience"}, kHere);
  const auto key = World::key("pat", {.name = "k"});
  EXPECT_TRUE(known(by_key(key)));
  change_user(*gate, as_root(), "pat", {.server_admin = {}, .disabled = true});
  EXPECT_FALSE(known(by_session(secret)));
  EXPECT_FALSE(known(by_key(key)));
  EXPECT_EQ(code_of([&] {
              change_user(*gate, as_root(), "root", {.server_admin = false, .disabled = {}});
            }),
            ErrorCode::kFailedPrecondition);
  EXPECT_EQ(code_of([&] {
              change_user(*gate, as_root(), "root", {.server_admin = {}, .disabled = true});
            }),
            ErrorCode::kFailedPrecondition);
}

TEST_F(AccountsTest, AKeyEndsWithItsTimeAndWhenItIsRevoked) {
  const auto key = World::key("pat", {.name = "k", .lifetime_s = 60});
  EXPECT_TRUE(known(by_key(key)));
  clock.advance(60'000'000);
  EXPECT_FALSE(known(by_key(key)));
  const auto other = World::key("pat", {.name = "k"});
  auto guard = as_root();
  revoke_key(*gate, guard, *key_id(other));
  EXPECT_FALSE(known(by_key(other)));
  EXPECT_EQ(last_action(), "key.revoke");
}

TEST_F(AccountsTest, AKeyThatEndsMakesNoneThatOutlivesIt) {
  const auto pat = *storage::find_account(*database, "pat");
  const auto key = World::key("pat", {.name = "hour", .lifetime_s = 3'600});
  const Guard guard(*database, {key, {}}, by_key(key), Access::kSignedIn, kHere);
  clock.advance(600'000'000);
  for (const auto lifetime : {std::optional<std::int64_t>(), std::optional<std::int64_t>(3'001)})
    EXPECT_EQ(code_of([&] { issue_key(*gate, guard, pat, {.name = "k", .lifetime_s = lifetime}); }),
              ErrorCode::kPermissionDenied);
  EXPECT_NO_THROW(issue_key(*gate, guard, pat, {.name = "k", .lifetime_s = 3'000}));
  const auto secret = log_in(*gate, {"pat", "patience"}, kHere);
  const Guard session(*database, {{}, secret}, by_session(secret), Access::kSignedIn, kHere);
  EXPECT_NO_THROW(issue_key(*gate, session, pat, {.name = "k"}));
}

TEST_F(AccountsTest, AKeyThatEndsMakesNoUserWithAKeyThatDoesNot) {
  const auto key = World::key("root", {.name = "hour", .lifetime_s = 3'600});
  const Guard guard(*database, {key, {}}, by_key(key), Access::kServerAdmin, kHere);
  EXPECT_EQ(code_of([&] { make_user(*gate, guard, {.name = "sam", .with_key = true}); }),
            ErrorCode::kPermissionDenied);
  EXPECT_FALSE(storage::find_account(*database, "sam"));
}

TEST_F(AccountsTest, AKeyOfAnotherIsNeitherSeenNorRevoked) {
  Guard eve(*database, {}, by_key(keys["eve"]), Access::kSignedIn, kHere);
  for (const auto& one : list_keys(*gate, eve, {})) EXPECT_EQ(one.user, "eve");
  EXPECT_EQ(code_of([&] { list_keys(*gate, eve, {.user = "anna"}); }),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of([&] { list_keys(*gate, eve, {.everybody = true}); }),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of([&] { revoke_key(*gate, eve, *key_id(keys["anna"])); }), ErrorCode::kNotFound);
  EXPECT_EQ(code_of([&] { owner_of_new_key(*gate, eve, "anna"); }), ErrorCode::kPermissionDenied);
  EXPECT_TRUE(known(by_key(keys["anna"])));
}

TEST_F(AccountsTest, ANarrowedKeyMakesNoKeysAndSeesItselfAlone) {
  Guard narrow(*database, {}, by_key(keys["root only theirs"]), Access::kSignedIn, kHere);
  const auto seen = list_keys(*gate, narrow, {});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].id, *key_id(keys["root only theirs"]));
  EXPECT_EQ(code_of([&] {
              issue_key(*gate, narrow, *storage::find_account(*database, "root"), {.name = "k"});
            }),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of([&] { revoke_key(*gate, narrow, *key_id(keys["root"])); }),
            ErrorCode::kPermissionDenied);
}

// Its trigger goes by the database's clock: what is older than 30 days may go.
TEST_F(AccountsTest, TheAuditLogIsAppendedToAndNothingElse) {
  auto young = entry();
  young.at_us = core::SystemClock().now_us();
  storage::record(*database, young);
  for (const char* change :
       {"UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "TRUNCATE audit"})
    EXPECT_ANY_THROW(database->pg()->command(change)) << change;
}

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
