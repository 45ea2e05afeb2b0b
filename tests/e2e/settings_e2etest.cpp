// Starts the whole tracker and hands it to the browser test in tests/e2e/settings.
#include <gtest/gtest.h>

#include <chrono>

#include "support/directories.hpp"
#include "support/settings_e2etest_paths.hpp"
#include "support/system/system.hpp"

namespace {

using test_support::System;

TEST(Settings, users_log_in_and_manage_keys_in_a_real_browser) {
  ASSERT_TRUE(std::filesystem::exists(TRACKER_BINARY_DIR "/share/tracker/dashboard/index.html"))
      << "the dashboard is not built: run scripts/build";
  System system;
  system.start_server();
  test_support::ProcessOptions options = system.command("tracker", {});
  options.command = {NODE_PROGRAM, "--test",
                     TRACKER_SOURCE_DIR "/tests/e2e/settings/settings_e2etest.mjs"};
  options.environment["TRACKER_CLI"] = TRACKER_BINARY_DIR "/bin/tracker";
  options.environment["SCREENSHOTS"] = TRACKER_BINARY_DIR "/screenshots";
  const auto result = test_support::run(options, {}, std::chrono::seconds(300));
  EXPECT_EQ(result.status.code, 0) << result.output << result.errors;
}

}  // namespace
