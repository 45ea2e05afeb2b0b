// Starts the whole tracker and hands it to tests/e2e/openapi, which checks what it answers against
// the OpenAPI document.
#include <gtest/gtest.h>

#include <chrono>

#include "support/directories.hpp"
#include "support/openapi_e2etest_paths.hpp"
#include "support/system/system.hpp"

namespace {

using test_support::System;

TEST(OpenApi, the_server_answers_as_its_document_says) {
  System system;
  system.start_server({"--allow-anonymous"});  // users are made, and nobody is asked who they are
  test_support::ProcessOptions options = system.command("tracker", {});
  options.command = {NODE_PROGRAM, "--test",
                     TRACKER_SOURCE_DIR "/tests/e2e/openapi/openapi_e2etest.mjs"};
  options.environment["TRACKER_CLI"] = TRACKER_BINARY_DIR "/bin/tracker";
  const auto result = test_support::run(options, {}, std::chrono::seconds(150));
  EXPECT_EQ(result.status.code, 0) << result.output << result.errors;
}

}  // namespace
