#include "auth/token.hpp"

#include <gtest/gtest.h>

#include <set>

#include "auth/gate.hpp"
#include "auth/password.hpp"
#include "auth/throttle.hpp"

namespace tracker::auth {
namespace {

TEST(Token, AKeyHasTheFormOfThePageAndItsId) {
  const auto key = make_key();
  EXPECT_EQ(key.text.size(), 61u);
  EXPECT_EQ(key.text.substr(0, 13), "trk_" + key.id + "-");
  EXPECT_EQ(key_id(key.text), key.id);
}

TEST(Token, ASlipOfTheKeyboardIsNoKey) {
  const auto key = make_key().text;
  for (std::size_t at = 13; at < key.size(); ++at) {
    auto slip = key;
    slip[at] = slip[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key_id(slip)) << at;
    EXPECT_FALSE(key_id(key.substr(0, at))) << at;
  }
  for (const std::string none : {"", "trk_", "trk_1f3a9c02-", "Bearer"}) EXPECT_FALSE(key_id(none));
  EXPECT_FALSE(key_id(std::string(61, '\0')));
  EXPECT_FALSE(key_id("trk_1F3A9C02-" + key.substr(13)));
}

TEST(Token, SecretsAreLongAndNoTwoAreAlike) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(seen.insert(make_secret()).second);
    EXPECT_TRUE(seen.insert(make_key().text).second);
  }
  for (const auto& one : seen) EXPECT_GE(one.size(), 43u);
}

TEST(Token, ComparingLooksAtEveryByte) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "bbc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST(Token, HashIsTheStandardsOwn) {  // FIPS 180-4, "abc"
  EXPECT_EQ(sha256("abc").substr(0, 4), "\xBA\x78\x16\xBF");
  EXPECT_EQ(sha256("").size(), 32u);
}

TEST(Bearer, IsTakenInAnyCaseAndNothingElseIs) {
  EXPECT_EQ(bearer("Bearer abc"), "abc");
  EXPECT_EQ(bearer("bEARER abc"), "abc");
  for (const auto* other : {"", "Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"})
    EXPECT_EQ(bearer(other), "") << other;
}

TEST(Csrf, TheTokenIsTheSessionsOwnAndTellsNothingOfIt) {
  const auto secret = make_secret();
  EXPECT_EQ(csrf_of(secret), csrf_of(secret));
  EXPECT_NE(csrf_of(secret), csrf_of(make_secret()));
  EXPECT_EQ(csrf_of(secret).size(), 64u);
}

TEST(Password, FitsItselfAndNothingElse) {
  const auto hash = hash_password("correct horse");
  EXPECT_EQ(hash.substr(0, 31), "$argon2id$v=19$m=19456,t=2,p=1$");
  EXPECT_TRUE(password_fits(hash, "correct horse"));
  EXPECT_FALSE(password_fits(hash, "correct horsf"));
  EXPECT_FALSE(password_fits(hash, ""));
  EXPECT_NE(hash, hash_password("correct horse")) << "the salt is missing";
  EXPECT_FALSE(password_fits("", "correct horse")) << "nobody's password";
  EXPECT_FALSE(password_fits("no hash", "no hash"));
}

TEST(Password, TooShortAndTooLongOnesAreRefusedAndLongTriesAreCut) {
  EXPECT_THROW(hash_password("1234567"), Error);
  EXPECT_THROW(hash_password(std::string(257, 'a')), Error);
  const auto longest = std::string(256, 'a');
  const auto hash = hash_password(longest);
  EXPECT_TRUE(password_fits(hash, longest));
  EXPECT_FALSE(password_fits(hash, longest + "a"));
  EXPECT_FALSE(password_fits(hash, std::string(1 << 20, 'a')));
}

TEST(Password, OneThatNobodyChoseIsLongAndPlain) {
  const auto made = make_password();
  EXPECT_EQ(made.size(), 20u);
  EXPECT_NE(made, make_password());
  EXPECT_EQ(made.find_first_of("0O1lI-_"), std::string::npos) << made;
}

TEST(Throttle, AnAddressIsTheNetworkItComesFrom) {
  EXPECT_EQ(network_of("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(network_of("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(network_of("2001:db8:1:2:aaaa::1"), network_of("2001:db8:1:2:bbbb::2"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("fe80::1%eth0"), network_of("fe80::2"));
}

}  // namespace
}  // namespace tracker::auth
