#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <latch>
#include <thread>

#include "auth/keys.hpp"
#include "auth/sessions.hpp"
#include "auth/throttle.hpp"
#include "auth/users.hpp"
#include "base/hex.hpp"
#include "code_of.hpp"
#include "core/time.hpp"
#include "here.hpp"
#include "storage/audit_query.hpp"
#include "world.hpp"

namespace tracker::auth {
namespace {

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
    return storage::list_audit(*database, {.limit = 1}).at(0).entry.action;
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

// What is computed for a name that is there is computed for every other, so that time tells none.
TEST_F(AccountsTest, ANameThatNobodyHasCostsAComputationToo) {
  const PasswordTurn one(PasswordTurn::Taken::kWait), other(PasswordTurn::Taken::kWait);
  for (const char* user : {"pat", "nobody", "root", "gone", "Not A Name"})
    EXPECT_EQ(code_of([&] {
                log_in(*gate, {user, "patience"}, kHere);
              }),
              ErrorCode::kUnavailable)
        << user << " was judged without one";
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
  clock.advance(11'000'000);
  EXPECT_NO_THROW(log_in(*gate, {"pat", "patience"}, {"10.0.0.7", "t"})) << "six a minute";
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

// Ids are no secrets: they stand in lists and in the audit log.
TEST_F(AccountsTest, AWrongKeyIsNoUseOfTheOneWhoseIdItHas) {
  const auto noted = [&] {
    return database->pg()
        ->run("SELECT coalesce(last_used_us, 0) FROM api_key WHERE id = $1",
              storage::PgParams().text(*key_id(keys["anna"])))
        .bigint(0, 0);
  };
  const auto before = noted();
  clock.advance(10 * core::kMinuteUs);
  EXPECT_FALSE(known(by_key(keys["forged"])));
  EXPECT_EQ(noted(), before);
  EXPECT_TRUE(known(by_key(keys["anna"])));
  EXPECT_EQ(noted(), clock.now_us());
}

// As text, and as bytes the way that PostgreSQL shows them.
TEST_F(AccountsTest, NothingThatTheDatabaseKeepsLetsAnybodyIn) {
  const auto key = World::key("pat", {.name = "k"});
  const auto session = log_in(*gate, {"pat", "patience"}, kHere);
  std::string all;
  for (const char* rows : {"SELECT string_agg(a::text, ',') FROM account a",
                           "SELECT string_agg(k::text, ',') FROM api_key k",
                           "SELECT string_agg(s::text, ',') FROM browser_session s",
                           "SELECT string_agg(a::text, ',') FROM audit a"})
    all += database->pg()->run(rows).bytes(0, 0);
  EXPECT_NE(all.find("$argon2id$"), std::string::npos);
  for (const std::string& secret : {std::string("patience"), key.substr(13), session}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
    EXPECT_EQ(all.find(base::to_hex(secret)), std::string::npos) << secret << " as bytes";
  }
  for (const std::string& kept : {sha256(key), base::to_hex(sha256(key))})
    EXPECT_FALSE(known(by_key(kept)));
  for (const std::string& kept : {sha256(session), base::to_hex(sha256(session))})
    EXPECT_FALSE(known(by_session(kept)));
  EXPECT_TRUE(known(by_key(key)) && known(by_session(session)));
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

}  // namespace
}  // namespace tracker::auth
