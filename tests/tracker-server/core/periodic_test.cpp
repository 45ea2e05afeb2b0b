#include "core/periodic.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>

namespace tracker::core {
namespace {

using namespace std::chrono_literals;

void unexpected(const std::exception& error) { ADD_FAILURE() << error.what(); }

TEST(Periodic, first_round_comes_at_once_and_stop_ends_the_pause) {
  std::latch ran(1);
  std::atomic<int> rounds = 0;
  Periodic periodic(
      1h, Periodic::First::kAtOnce,
      [&] {
        ++rounds;
        ran.count_down();
      },
      unexpected);
  periodic.start();
  ran.wait();
  periodic.stop();
  EXPECT_EQ(rounds, 1);
}

TEST(Periodic, first_round_may_wait_for_the_pause) {
  Periodic periodic(
      1h, Periodic::First::kAfterPause, [] { ADD_FAILURE() << "a round before the pause"; },
      unexpected);
  periodic.start();
  periodic.stop();
}

TEST(Periodic, failed_round_is_told_and_the_next_one_comes) {
  std::latch told(1), next(1);
  std::atomic<int> rounds = 0;
  std::string reason;
  Periodic periodic(
      1ms, Periodic::First::kAfterPause,
      [&] {
        if (++rounds == 1) throw std::runtime_error("no database");
        if (rounds == 2) next.count_down();
      },
      [&](const std::exception& error) {
        reason = error.what();
        told.count_down();
      });
  periodic.start();
  told.wait();
  next.wait();
  periodic.stop();
  EXPECT_EQ(reason, "no database");
}

TEST(Periodic, long_round_may_ask_whether_to_stop) {
  std::latch ran(1);
  Periodic* asked = nullptr;
  Periodic periodic(
      1h, Periodic::First::kAtOnce,
      [&] {
        ran.count_down();
        while (!asked->stopping()) std::this_thread::yield();
      },
      unexpected);
  asked = &periodic;
  EXPECT_FALSE(periodic.stopping());
  periodic.start();
  ran.wait();
  periodic.stop();
  EXPECT_TRUE(periodic.stopping());
}

}  // namespace
}  // namespace tracker::core
