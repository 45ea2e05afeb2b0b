#include "cli/sync_progress.hpp"

#include <gtest/gtest.h>

#include <barrier>

namespace tracker::cli {
namespace {

using namespace std::chrono_literals;

std::vector<SyncJob> jobs() {
  std::vector<SyncJob> out;
  for (const char* name : {"a", "b", "c", "d"}) {
    out.push_back({.directory = name,
                   .name = name,
                   .project = "p",
                   .server = "",
                   .acked = 1000,
                   .end = 2'001'000});
  }
  return out;
}

struct Screen {
  std::string text, complaints;
  SyncProgress::Clock::time_point now{};

  SyncProgress::Options options(bool terminal) {
    return {.terminal = terminal,
            .columns = 40,
            .write = [this](std::string_view what) { text += what; },
            .complain = [this](std::string_view what) { complaints += std::string(what) + "\n"; },
            .now = [this] { return now; }};
  }
};

TEST(SyncProgress, ATerminalsLineIsDrawnAgainAndWipedBeforeOthers) {
  Screen screen;
  SyncProgress progress(screen.options(true));
  const auto all = jobs();
  progress.begin(all);
  progress.draw();
  EXPECT_EQ(screen.text, "") << "too early";
  screen.now += 1s;
  progress.acked(all[0], 1'001'000);
  progress.draw();
  // 40 columns, of which the last stays free.
  EXPECT_EQ(screen.text, "\r\x1b[K0 of 4 spools  1.0 MB of 8.0 MB  1.0 MB");
  screen.text.clear();
  progress.result(all[0], {SyncResult::Kind::kDelivered, ""});
  EXPECT_EQ(screen.text, "\r\x1b[Kdelivered  a (p)\n");
  progress.result(all[1], {SyncResult::Kind::kUndelivered, "no: try"});
  EXPECT_EQ(screen.complaints, "b (p): no: try\n");
}

TEST(SyncProgress, APipeGetsPlainLinesNowAndThen) {
  Screen screen;
  SyncProgress progress(screen.options(false));
  const auto all = jobs();
  progress.begin(all);
  progress.acked(all[1], 2'001'000);
  screen.now += 1s;
  progress.draw();
  EXPECT_EQ(screen.text, "");
  screen.now += 1s;
  progress.draw();
  progress.draw();
  EXPECT_EQ(screen.text, "0 of 4 spools  2.0 MB of 8.0 MB  1.0 MB/s  6.0s left\n");
}

TEST(SyncProgress, TheSummaryCountsEachSpoolOnceAndSaysWhatIsLeft) {
  Screen screen;
  SyncProgress progress(screen.options(false));
  const auto all = jobs();
  progress.begin(all);
  progress.acked(all[0], 2'001'000);
  progress.result(all[0], {SyncResult::Kind::kDelivered, ""});
  progress.result(all[1], {SyncResult::Kind::kLive, ""});
  progress.result(all[2], {SyncResult::Kind::kUndelivered, "why"});
  progress.result(all[3], {SyncResult::Kind::kLeft, ""});
  screen.now += 4s;
  const SyncTotals totals = progress.conclude();
  EXPECT_EQ(totals.left, 1);
  EXPECT_NE(screen.text.find("left  d (p)\n"), std::string::npos);
  EXPECT_TRUE(screen.text.ends_with(
      "1 delivered, 1 still running, 1 failed, 1 left; 2.0 MB in 4.0s (500.0 kB/s)\n"))
      << screen.text;
}

TEST(SyncProgress, AServerThatKnowsLessThanItsLastWordIsNoNegativeProgress) {
  Screen screen;
  SyncProgress progress(screen.options(false));
  const auto all = jobs();
  progress.begin({all[0]});
  progress.acked(all[0], 0);
  progress.acked(all[0], 2'500'000);
  const SyncTotals totals = progress.conclude();
  EXPECT_EQ(totals.sent, 2'500'000u);
  EXPECT_EQ(totals.bytes, 2'500'000u);
}

TEST(ForEachInParallel, AsManyAtATimeAsAsked) {
  std::vector<SyncJob> all(12);
  std::atomic<int> now{0}, most{0};
  std::barrier together(3);  // passes only if three are at work at once
  for_each_in_parallel(all, 3, [&](const SyncJob&) {
    const int mine = ++now;
    for (int seen = most; seen < mine && !most.compare_exchange_weak(seen, mine);) {
    }
    together.arrive_and_wait();
    --now;
  });
  EXPECT_EQ(most, 3);
}

}  // namespace
}  // namespace tracker::cli
