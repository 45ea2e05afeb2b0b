// deliver() against a server that loses acks, cuts streams, rewinds, refuses: every row arrives
// once, in order.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <tracker/error.hpp>

#include "sdk/relay/delivery_fixture.hpp"
#include "spool/control.hpp"
#include "spool/segment.hpp"

namespace relay_test {
namespace {

TEST_F(Delivery, a_server_that_asks_to_come_again_gets_everything_once_and_at_once) {
  FakeIngest ingest;
  const FakeServer server({&ingest}, 0, milliseconds(600));
  auto options = options_for(spool, server.url());
  options.parent = getpid();
  // A wait between attempts would show as a test that takes too long.
  options.backoff = {.shortest = std::chrono::minutes(5),
                     .base = std::chrono::minutes(10),
                     .longest = std::chrono::minutes(10)};
  std::mutex mutex;
  std::string lines;
  options.log = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    lines += line + "\n";
  };
  Delivering delivering(options);
  std::int64_t step = 0;
  for (int hellos = 1; hellos <= 3; ++hellos) {
    spool.log(step, step + 1'000);
    step += 1'000;
    ASSERT_TRUE(ingest.wait_until([&](const FakeIngest::Seen& seen) {
      return seen.hellos > hellos;
    })) << lines;
  }
  spool.finish();
  spool.close();
  const auto report = delivering.end();
  EXPECT_EQ(report.outcome, Outcome::kDelivered) << report.message;
  expect_rows(ingest.seen(), step);
  EXPECT_NE(lines.find("moving: "), std::string::npos) << lines;
  EXPECT_EQ(lines.find("offline: "), std::string::npos) << lines;
}

TEST_F(Delivery, finished_log_arrives_whole_and_in_order) {
  spool.log(0, 20'000);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  const Report report = deliver_all(ingest);

  EXPECT_EQ(report.outcome, Outcome::kDelivered) << report.message;
  const auto seen = ingest.seen();
  expect_rows(seen, 20'000);
  EXPECT_EQ(seen.run_id, spool.run_id());
  EXPECT_EQ(seen.writer_id, spool.writer_id());
  EXPECT_EQ(seen.project, "p");
  EXPECT_EQ(seen.hellos, 1);
  ASSERT_TRUE(seen.finish());
  EXPECT_EQ(seen.finish()->state, tracker::spool::EndState::kFinished);
  EXPECT_EQ(tracker::spool::to_bytes(report.acked), seen.acked);
  const tracker::spool::Control control(spool.directory());
  EXPECT_EQ(control.relay(), tracker::spool::RelayState::kDone);
  EXPECT_EQ(tracker::spool::to_bytes(control.acked()), seen.acked);
  EXPECT_NE(control.run_url().find("/runs/" + spool.run_id()), std::string::npos);
}

TEST_F(Delivery, faults_of_every_kind_lose_nothing_and_repeat_nothing) {
  spool.log(0, 60'000);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  ingest.script({Move::kCommitCut, Move::kNoAck, Move::kAck, Move::kRewind, Move::kCut, Move::kAck,
                 Move::kCommitCut, Move::kRewind, Move::kNoAck});
  const Report report = deliver_all(ingest);

  EXPECT_EQ(report.outcome, Outcome::kDelivered) << report.message;
  expect_rows(ingest.seen(), 60'000);
  EXPECT_EQ(ingest.seen().hellos, 4);  // one for each stream that was cut
  EXPECT_TRUE(ingest.seen().finish());
}

TEST_F(Delivery, unacknowledged_payload_stays_within_the_window) {
  spool.log(0, 200'000);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  ingest.window_bytes = 300'000;
  ingest.hold_acks();
  const FakeServer server({&ingest});
  Delivering delivering(options_for(spool, server.url()));
  ASSERT_TRUE(
      ingest.wait_until([](const auto& seen) { return seen.most_unacknowledged > 100'000; }));
  ingest.release_acks();

  EXPECT_EQ(delivering.end().outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 200'000);
  EXPECT_LE(ingest.seen().most_unacknowledged, 300'000u);
}

TEST_F(Delivery, rows_of_a_living_writer_arrive_as_they_are_logged) {
  FakeIngest ingest;
  const FakeServer server({&ingest});
  auto options = options_for(spool, server.url());
  options.parent = getpid();
  Delivering delivering(options);
  spool.log(0, 10);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 10; }));
  spool.log(10, 20);
  ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 20; }));
  spool.finish();

  EXPECT_EQ(delivering.end().outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 20);
}

TEST_F(Delivery, server_that_starts_later_gets_everything) {
  spool.log(0, 100);
  FakeIngest ingest;
  const auto port = test_support::unused_port();
  auto options = options_for(spool, "http://127.0.0.1:" + std::to_string(port));
  options.parent = getpid();
  std::mutex mutex;
  std::condition_variable said;
  bool offline = false;
  options.log = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    offline = offline || line.find("offline") != std::string::npos;
    said.notify_all();
  };
  Delivering delivering(options);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(said.wait_for(lock, std::chrono::seconds(20), [&] { return offline; }));
  }
  const tracker::spool::Control control(spool.directory());
  EXPECT_EQ(control.relay(), tracker::spool::RelayState::kOffline);
  EXPECT_NE(control.relay_message().find("tracker sync"), std::string::npos);

  const FakeServer server({&ingest}, port);
  spool.log(100, 200);
  spool.finish();
  EXPECT_EQ(delivering.end().outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 200);
}

TEST_F(Delivery, whoever_asks_for_the_lock_ends_the_wait_for_the_next_attempt) {
  spool.log(0, 10);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  const auto port = test_support::unused_port();
  auto options = options_for(spool, "http://127.0.0.1:" + std::to_string(port));
  options.backoff = {.shortest = std::chrono::minutes(10),
                     .base = std::chrono::minutes(20),
                     .longest = std::chrono::minutes(20)};
  options.patience = std::chrono::minutes(30);
  std::promise<void> offline;
  options.log = [&](const std::string& line) {
    if (line.find("offline") != std::string::npos) offline.set_value();
  };
  Delivering delivering(options);
  offline.get_future().wait();
  const FakeServer server({&ingest}, port);
  EXPECT_TRUE(tracker::spool::RelayLock::is_held(spool.directory()));
  EXPECT_EQ(delivering.end().outcome, Outcome::kDelivered);
}

TEST_F(Delivery, refusal_keeps_the_log_and_tells_the_writer_why) {
  spool.log(0, 10);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  tracker::v1::Refusal refusal;
  refusal.set_reason(tracker::v1::Refusal::RUN_GONE);
  refusal.set_message("the run was deleted");
  refusal.set_remedy("log it anew");
  ingest.refuse(refusal);
  const Report report = deliver_all(ingest);

  EXPECT_EQ(report.outcome, Outcome::kRefused);
  EXPECT_EQ(report.message, "the run was deleted: log it anew");
  const tracker::spool::Control control(spool.directory());
  EXPECT_EQ(control.relay(), tracker::spool::RelayState::kRefused);
  EXPECT_EQ(control.relay_message(), report.message);
  EXPECT_EQ(ingest.seen().hellos, 1);
}

TEST_F(Delivery, superseded_relay_leaves_without_a_word) {
  spool.finish();
  spool.close();
  FakeIngest ingest;
  tracker::v1::Refusal refusal;
  refusal.set_reason(tracker::v1::Refusal::SUPERSEDED);
  ingest.refuse(refusal);
  const Report report = deliver_all(ingest);
  EXPECT_EQ(report.outcome, Outcome::kSuperseded);
  EXPECT_EQ(report.message, "");
}

// The newer registration may have been an attempt of the relay's own, held back on its way.
TEST_F(Delivery, superseded_relay_comes_again_when_nobody_newer_is_there) {
  spool.log(0, 50);
  spool.finish();
  spool.close();
  FakeIngest ingest;
  tracker::v1::Refusal refusal;
  refusal.set_reason(tracker::v1::Refusal::SUPERSEDED);
  ingest.refuse_once(refusal);
  EXPECT_EQ(deliver_all(ingest).outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 50);
}

TEST_F(Delivery, damage_in_a_live_log_is_told_when_its_writer_has_ended) {
  spool.log(0, 50);
  FakeIngest ingest;
  const FakeServer server({&ingest});
  auto options = options_for(spool, server.url());
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::pause();
    ::_exit(0);
  }
  options.parent = parent;
  {
    const auto segment = tracker::spool::segment_path(spool.directory(), tracker::spool::Offset{0});
    std::fstream bytes(segment, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(tracker::spool::kSegmentHeaderBytes) + 48 * 30);
    bytes.write("XXXXXXXX", 8);
  }
  Delivering delivering(options);
  const tracker::spool::Control control(spool.directory());
  while (control.relay() != tracker::spool::RelayState::kRefused) std::this_thread::yield();
  EXPECT_FALSE(ingest.seen().finish());
  spool.close();
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(delivering.end().outcome, Outcome::kDelivered);
  ASSERT_TRUE(ingest.seen().finish());
  EXPECT_EQ(ingest.seen().finish()->state, tracker::spool::EndState::kCrashed);
  const auto records = ingest.seen().records;
  EXPECT_TRUE(std::any_of(records.begin(), records.end(), [](const auto& record) {
    return std::holds_alternative<tracker::spool::Gap>(record);
  }));
}

TEST_F(Delivery, dead_writer_without_an_end_is_recorded_as_crashed) {
  spool.log(0, 50);
  spool.close();
  FakeIngest ingest;
  EXPECT_EQ(deliver_all(ingest).outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 50);
  ASSERT_TRUE(ingest.seen().finish());
  EXPECT_EQ(ingest.seen().finish()->state, tracker::spool::EndState::kCrashed);
  EXPECT_FALSE(ingest.seen().finish()->signal);
}

TEST_F(Delivery, patience_ends_when_the_writer_is_gone_and_no_server_comes) {
  spool.log(0, 50);
  spool.close();
  auto options =
      options_for(spool, "http://127.0.0.1:" + std::to_string(test_support::unused_port()));
  options.patience = milliseconds(50);
  const Report report = Delivering(options).end();
  EXPECT_EQ(report.outcome, Outcome::kLeft);
  EXPECT_NE(report.message.find("tracker sync"), std::string::npos) << report.message;

  FakeIngest ingest;
  EXPECT_EQ(deliver_all(ingest).outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 50);
}

TEST_F(Delivery, stop_request_ends_a_stream_and_the_next_relay_goes_on) {
  spool.log(0, 50);
  FakeIngest ingest;
  const FakeServer server({&ingest});
  auto options = options_for(spool, server.url());
  options.parent = getpid();
  {
    Delivering delivering(options);
    ASSERT_TRUE(ingest.wait_until([](const auto& seen) { return seen.steps.size() == 50; }));
    EXPECT_EQ(delivering.stop().outcome, Outcome::kStopped);
  }
  spool.log(50, 100);
  spool.finish();
  EXPECT_EQ(Delivering(options).end().outcome, Outcome::kDelivered);
  expect_rows(ingest.seen(), 100);
}

TEST_F(Delivery, address_that_is_no_tracker_server_is_said_to_be_none) {
  spool.finish();
  spool.close();
  FakeIngest ingest;
  const FakeServer server({&ingest});
  auto options = options_for(spool, server.url() + "/somewhere/else");
  options.patience = milliseconds(20);
  const Report report = Delivering(options).end();
  EXPECT_NE(report.message.find("is not a tracker server"), std::string::npos) << report.message;
}

}  // namespace
}  // namespace relay_test
