#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <map>
#include <thread>

#include "../storage/store_fixture.hpp"
#include "fake_output.hpp"
#include "ingest/ingest.hpp"
#include "storage/runs.hpp"

namespace tracker::ingest {
namespace {

using storage::kNow;

class IngestTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);  // the faults are the test's own
    StoreTest::SetUp();
    start();
  }

  void start(std::chrono::milliseconds group_delay = std::chrono::milliseconds(2)) {
    service = std::make_unique<Ingest>(*database, clock, IngestOptions{.group_delay = group_delay});
    service->set_listener([this](const Committed& committed) {
      const std::lock_guard lock(mutex);
      for (const CommittedFrame& frame : committed.frames)
        published[frame.writer] += frame.to - frame.from;
      changed_runs += committed.changed_runs.size();
    });
    service->start();
  }

  Hello hello() const {
    return {kProtocolVersion, spool::kFrameVersion, run.text(), writer.text(), "imdb", "test"};
  }

  // The value is a function of the step, so that a checker knows the truth.
  static std::string payload(std::int64_t first, std::int64_t count) {
    std::vector<std::int64_t> steps;
    std::vector<double> values;
    for (std::int64_t s = first; s < first + count; ++s) {
      steps.push_back(s);
      values.push_back(static_cast<double>(s) * 3);
    }
    spool::Frame frame;
    frame.groups.push_back(storage::make_rows({"loss"}, steps, values));
    return spool::encode_frame(frame);
  }

  // A relay as simple as can be: at most one frame on the way, and from where the server stands
  // whenever the stream ends. Gives up after a minute.
  void deliver(std::int64_t steps, std::atomic<std::int64_t>& committed) {
    constexpr std::int64_t kPerFrame = 20;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    std::int64_t step = 0;
    while (step < steps && std::chrono::steady_clock::now() < limit) {
      const auto output = std::make_shared<FakeOutput>();
      const auto session = service->open(output);
      session->hello(hello());
      const auto welcome = output->wait_welcome();
      if (!welcome) continue;
      step = static_cast<std::int64_t>(welcome->acked);
      while (step < steps) {
        const std::int64_t next = step + kPerFrame;
        session->frame(static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(next),
                       payload(step, kPerFrame));
        if (!output->wait_ack(static_cast<std::uint64_t>(next))) break;
        step = next;
        committed = step;
        committed.notify_all();
      }
      session->gone();
    }
    committed = steps;
    committed.notify_all();
  }

  void expect_steps(std::int64_t count) {
    const core::Points points = storage::points_of(*database, run, "loss");
    ASSERT_EQ(points.size(), static_cast<std::size_t>(count));
    for (std::int64_t s = 0; s < count; ++s) {
      ASSERT_EQ(points.steps[static_cast<std::size_t>(s)], s);
      ASSERT_EQ(points.values[static_cast<std::size_t>(s)], static_cast<double>(s) * 3);
    }
    storage::RunSnapshot snapshot(*database, run);
    ASSERT_EQ(snapshot.find_key("loss")->stats.count,
              static_cast<std::uint64_t>(count));  // nothing twice
  }

  core::ManualClock clock{kNow};
  core::RunId run = core::RunId::random();
  core::WriterId writer = core::WriterId::random();
  std::mutex mutex;
  std::map<core::WriterId, std::uint64_t> published;
  std::size_t changed_runs = 0;
  std::unique_ptr<Ingest> service;
};

TEST_F(IngestTest, FramesAreAcknowledgedOnceTheyCanBeRead) {
  const auto output = std::make_shared<FakeOutput>();
  const auto session = service->open(output);
  EXPECT_EQ(session->hello(hello()), Reading::kPause);
  const auto welcome = output->wait_welcome();
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->acked, 0u);
  EXPECT_EQ(session->frame(0, 10, payload(0, 10)), Reading::kGoOn);
  EXPECT_EQ(session->frame(10, 20, payload(10, 10)), Reading::kGoOn);
  ASSERT_TRUE(output->wait_ack(20));
  expect_steps(20);
  service->stop();
  EXPECT_EQ(published[writer], 20u);
  EXPECT_GE(changed_runs, 1u);
}

TEST_F(IngestTest, AFrameOutOfOrderIsRewound) {
  const auto output = std::make_shared<FakeOutput>();
  const auto session = service->open(output);
  session->hello(hello());
  ASSERT_TRUE(output->wait_welcome());
  session->frame(10, 20, payload(10, 10));
  EXPECT_EQ(output->wait_rewind(), 0u);
  session->frame(0, 10, payload(0, 10));
  ASSERT_TRUE(output->wait_ack(10));
  expect_steps(10);
}

TEST_F(IngestTest, TheOlderStreamOfAWriterIsSuperseded) {
  const auto old_output = std::make_shared<FakeOutput>();
  const auto old_session = service->open(old_output);
  old_session->hello(hello());
  ASSERT_TRUE(old_output->wait_welcome());
  const auto output = std::make_shared<FakeOutput>();
  const auto session = service->open(output);
  session->hello(hello());
  ASSERT_TRUE(output->wait_welcome());
  old_session->frame(0, 10, payload(0, 10));
  const auto refusal = old_output->wait_refusal();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RefusalReason::kSuperseded);
  session->frame(0, 5, payload(0, 5));
  ASSERT_TRUE(output->wait_ack(5));
  expect_steps(5);
}

TEST_F(IngestTest, DamagedFramesAreRefusedAndTheOthersStay) {
  const auto output = std::make_shared<FakeOutput>();
  const auto session = service->open(output);
  session->hello(hello());
  ASSERT_TRUE(output->wait_welcome());
  session->frame(0, 10, payload(0, 10));
  EXPECT_EQ(session->frame(10, 20, "this is no frame"), Reading::kEnd);
  EXPECT_EQ(output->wait_refusal()->reason, RefusalReason::kCorruptFrame);
  service->stop();
  expect_steps(10);
}

TEST_F(IngestTest, ARunOfAnotherProjectIsRefused) {
  storage::register_writer(*database, {run, core::WriterId::random(), "other", kNow});
  const auto output = std::make_shared<FakeOutput>();
  service->open(output)->hello(hello());
  ASSERT_TRUE(output->wait_refusal());
  EXPECT_EQ(output->wait_refusal()->reason, RefusalReason::kRunGone);
}

TEST_F(IngestTest, NothingIsLostOrTwiceWhenPostgresIsKilled) {
  constexpr std::int64_t kSteps = 4'000;
  std::atomic<std::int64_t> committed{0};
  std::jthread relay([&] { deliver(kSteps, committed); });
  for (int kill = 1; kill <= 3; ++kill) {
    for (std::int64_t now = committed.load(); now < kill * 900; now = committed.load())
      committed.wait(now);
    test::PostgresCluster::instance().crash_and_restart();
  }
  relay.join();
  service->stop();
  expect_steps(kSteps);
}

TEST_F(IngestTest, ManyStreamsShareCommits) {
  constexpr int kStreams = 50;
  std::vector<std::shared_ptr<FakeOutput>> outputs;
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<core::RunId> runs;
  for (int i = 0; i < kStreams; ++i) {
    run = core::RunId::random();
    writer = core::WriterId::random();
    runs.push_back(run);
    outputs.push_back(std::make_shared<FakeOutput>());
    sessions.push_back(service->open(outputs.back()));
    sessions.back()->hello(hello());
  }
  for (const auto& output : outputs) ASSERT_TRUE(output->wait_welcome());
  for (std::int64_t frame = 0; frame < 20; ++frame)
    for (const auto& session : sessions)
      session->frame(static_cast<std::uint64_t>(frame * 5),
                     static_cast<std::uint64_t>(frame * 5 + 5), payload(frame * 5, 5));
  for (const auto& output : outputs) ASSERT_TRUE(output->wait_ack(100));
  for (const core::RunId& id : runs) {
    run = id;
    expect_steps(100);
  }
}

// Two streams in one group, one of whose frames makes the database fail with `sqlstate`.
class PoisonTest : public IngestTest {
 protected:
  void deliver_with(const std::string& sqlstate) {
    service->stop();
    start(std::chrono::milliseconds(300));  // both frames come well within
    database->pg()->command(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'poison' USING ERRCODE = '" +
        sqlstate +
        "'; END $$; CREATE TRIGGER refuse BEFORE INSERT ON metric_definition "
        "EXECUTE FUNCTION refuse()");
    for (const auto& output : {good, bad}) {
      run = core::RunId::random();
      writer = core::WriterId::random();
      sessions.push_back(service->open(output));
      sessions.back()->hello(hello());
      ASSERT_TRUE(output->wait_welcome());
    }
    spool::Frame frame;
    frame.records.push_back(spool::MetricDefinition{"loss", "{}"});
    sessions[0]->frame(0, 10, payload(0, 10));
    sessions[1]->frame(0, 10, spool::encode_frame(frame));
  }

  std::shared_ptr<FakeOutput> good = std::make_shared<FakeOutput>();
  std::shared_ptr<FakeOutput> bad = std::make_shared<FakeOutput>();
  std::vector<std::shared_ptr<Session>> sessions;
};

TEST_F(PoisonTest, AStreamWhoseDataCannotBeStoredIsRefusedAlone) {
  deliver_with("54000");
  EXPECT_TRUE(good->wait_ack(10));
  const auto refusal = bad->wait_refusal();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RefusalReason::kCorruptFrame);
}

TEST_F(PoisonTest, AFaultOfTheServerClosesOnlyTheStreamItHits) {
  deliver_with("XX000");
  EXPECT_TRUE(good->wait_ack(10));
  EXPECT_TRUE(bad->wait_close());
  EXPECT_FALSE(bad->wait_refusal());
}

}  // namespace
}  // namespace tracker::ingest
