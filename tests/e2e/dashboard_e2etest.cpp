// Starts the whole tracker and hands it to the browser tests in tests/e2e/dashboard. Screenshots of
// what the browser saw are left in build/…/screenshots.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/dashboard_e2etest_paths.hpp"
#include "support/directories.hpp"
#include "support/system/system.hpp"

namespace {

using test_support::System;

// One server, and the tests of the files against it, one after the other.
void expect_good(const std::vector<std::string>& files) {
  ASSERT_TRUE(std::filesystem::exists(TRACKER_BINARY_DIR "/share/tracker/dashboard/index.html"))
      << "the dashboard is not built: run scripts/build";
  System system;
  system.start_server();
  test_support::ProcessOptions options = system.command("tracker", {});
  options.environment["TRACKER_CLI"] = TRACKER_BINARY_DIR "/bin/tracker";
  options.environment["CONSOLE_LOGGER"] = CONSOLE_LOGGER;
  options.environment["MEDIA_LOGGER"] = MEDIA_LOGGER;
  options.environment["SCREENSHOTS"] = TRACKER_BINARY_DIR "/screenshots";
  for (const auto& file : files) {
    options.command = {NODE_PROGRAM, "--test", TRACKER_SOURCE_DIR "/tests/e2e/dashboard/" + file};
    const auto result = test_support::run(options, {}, std::chrono::seconds(540));
    EXPECT_EQ(result.status.code, 0) << result.output << result.errors;
  }
}

TEST(Dashboard, shows_live_runs_in_a_real_browser) { expect_good({"dashboard_e2etest.mjs"}); }

TEST(Dashboard, changes_runs) { expect_good({"edits.mjs"}); }

TEST(Dashboard, every_page_is_accessible) { expect_good({"every_page.mjs"}); }

TEST(Dashboard, does_the_tasks_by_mouse_and_by_keyboard) {
  expect_good({"tasks_mouse.mjs", "tasks_keyboard.mjs"});
}

TEST(Dashboard, shows_artifacts_and_media) { expect_good({"artifacts.mjs", "media.mjs"}); }

TEST(Dashboard, keeps_views_and_reports) { expect_good({"reports.mjs"}); }

}  // namespace
