#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "relay/relay.hpp"
#include "sdk/relay/test_spool.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/fake_server/fake_server.hpp"
#include "support/process/temp_directory.hpp"

// deliver() against a FakeIngest: what its tests share.
namespace relay_test {

using test_support::FakeIngest;
using test_support::FakeServer;
using tracker::relay::Outcome;
using tracker::relay::Report;
using Move = FakeIngest::Move;
using std::chrono::milliseconds;

inline tracker::relay::RelayOptions options_for(const TestSpool& spool, const std::string& url) {
  tracker::relay::RelayOptions options;
  options.spool = spool.directory();
  options.server = url;
  options.backoff = {
      .shortest = milliseconds(1), .base = milliseconds(10), .longest = milliseconds(50)};
  options.patience = std::chrono::seconds(20);
  return options;
}

// deliver() on a thread of its own, holding the lock as its callers must.
class Delivering {
 public:
  explicit Delivering(tracker::relay::RelayOptions options)
      : options_(std::move(options)),
        lock_(tracker::spool::RelayLock::try_acquire(options_.spool)) {
    thread_ = std::jthread(
        [this](const std::stop_token& stop) { report_ = tracker::relay::deliver(options_, stop); });
  }
  Report end() {
    thread_.join();
    return report_;
  }
  Report stop() {
    thread_.request_stop();
    return end();
  }

 private:
  tracker::relay::RelayOptions options_;
  std::optional<tracker::spool::RelayLock> lock_;
  Report report_;
  std::jthread thread_;
};

inline void expect_rows(const FakeIngest::Seen& seen, std::int64_t count) {
  ASSERT_EQ(seen.steps.size(), static_cast<std::size_t>(count));
  const auto& losses = seen.values.at("loss");
  ASSERT_EQ(losses.size(), seen.steps.size());
  for (std::int64_t step = 0; step < count; ++step) {
    ASSERT_EQ(seen.steps[static_cast<std::size_t>(step)], step);
    ASSERT_EQ(losses[static_cast<std::size_t>(step)], loss_at(step));
  }
}

class Delivery : public testing::Test {
 protected:
  Report deliver_all(FakeIngest& ingest) {
    const FakeServer server({&ingest});
    return Delivering(options_for(spool, server.url())).end();
  }

  test_support::TempDirectory root;
  TestSpool spool{root.path()};
};

}  // namespace relay_test
