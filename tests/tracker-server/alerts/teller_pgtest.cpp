#include <spdlog/spdlog.h>

#include <utility>

#include "../storage/store_fixture.hpp"
#include "alerts/teller.hpp"

namespace tracker::alerts {
namespace {

using storage::AlertState;
using storage::kNow;

class TellerTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    StoreTest::SetUp();
    writer = storage::make_writer(*database);
    spool::Frame frame;
    for (const char* title : {"one", "two"})
      frame.records.push_back(spool::Alert{kNow, spool::AlertLevel::kInfo, 60, title, ""});
    log_frame(*database, writer, frame);
    targets.webhooks = {"https://example.org/hook"};
  }
  void round(Teller::Send send, TellerOptions options = {}) {
    Teller(*database, clock, targets, options, std::move(send)).round();
  }
  std::vector<storage::Alert> alerts() { return list_alerts(*database, writer.run, 10); }

  core::ManualClock clock{kNow};
  storage::TestWriter writer;
  Targets targets;
};

TEST_F(TellerTest, EachAlertIsToldOnce) {
  std::vector<std::string> told;
  const auto send = [&](const Targets&, const storage::Alert& alert) {
    told.push_back(alert.title);
    return Delivery{};
  };
  round(send);
  round(send);
  EXPECT_EQ(told, (std::vector<std::string>{"one", "two"}));
  for (const auto& alert : alerts()) EXPECT_EQ(alert.state, AlertState::kTold);
}

TEST_F(TellerTest, WhatFailsIsTriedAgainLaterAndGivenUpInTheEnd) {
  int tries = 0;
  const auto send = [&](const Targets&, const storage::Alert& alert) {
    if (alert.title == "two") return Delivery{};
    ++tries;
    return Delivery{{}, "it answered 500"};
  };
  const TellerOptions options{.most_attempts = 3};
  for (int i = 0; i < 3; ++i) round(send, options);
  EXPECT_EQ(tries, 1) << "not before its pause is over";
  for (int i = 0; i < 5; ++i) {
    clock.advance(60'000'000);
    round(send, options);
  }
  EXPECT_EQ(tries, 3);
  const auto all = alerts();
  EXPECT_EQ(all[1].state, AlertState::kFailed);
  EXPECT_EQ(all[1].outcome, "it answered 500");
  EXPECT_EQ(all[0].state, AlertState::kTold) << "one that fails holds up no other";
}

TEST_F(TellerTest, WhoHasItIsNotToldAgain) {
  std::vector<std::vector<std::string>> told;
  const auto send = [&](const Targets&, const storage::Alert& alert) {
    if (alert.title == "two") return Delivery{};
    told.push_back(alert.told);
    return told.size() < 3 ? Delivery{{"a"}, "b is away"} : Delivery{{"a", "b"}, ""};
  };
  for (int i = 0; i < 5; ++i) {
    round(send);
    clock.advance(60'000'000);
  }
  EXPECT_EQ(told, (std::vector<std::vector<std::string>>{{}, {"a"}, {"a"}}));
  EXPECT_EQ(alerts()[1].state, AlertState::kTold);
}

TEST_F(TellerTest, AServerWithoutTargetsLeavesAlertsToAnother) {
  const Targets some = std::exchange(targets, {});
  const auto never = [](const Targets&, const storage::Alert&) -> Delivery { throw 1; };
  round(never);
  for (const auto& alert : alerts()) EXPECT_EQ(alert.state, AlertState::kDue);
  targets = some;
  round([](const Targets&, const storage::Alert&) { return Delivery{}; });
  for (const auto& alert : alerts()) EXPECT_EQ(alert.state, AlertState::kTold);
}

TEST_F(TellerTest, WhatNobodyTookForADayIsGivenUp) {
  const Targets some = std::exchange(targets, {});
  const auto never = [](const Targets&, const storage::Alert&) -> Delivery { throw 1; };
  clock.advance(std::int64_t{24} * 3600 * 1'000'000);
  round(never);
  EXPECT_EQ(alerts()[0].state, AlertState::kDue);
  clock.advance(1);
  targets =
      some;  // nobody wants a year of alerts from a server that has just got its first webhook
  round(never);
  for (const auto& alert : alerts()) {
    EXPECT_EQ(alert.state, AlertState::kFailed);
    EXPECT_NE(alert.outcome.find("no server that has a webhook"), std::string::npos);
  }
}

TEST_F(TellerTest, AServerThatDiesWithAnAlertInHandLeavesItToAnother) {
  EXPECT_THROW(round([](const Targets&, const storage::Alert&) -> Delivery { throw 1; }), int);
  int told = 0;
  const auto send = [&](const Targets&, const storage::Alert&) {
    ++told;
    return Delivery{};
  };
  round(send);
  EXPECT_EQ(told, 0) << "it may still be on its way";
  clock.advance(1'000'000'000);
  round(send);
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace tracker::alerts
