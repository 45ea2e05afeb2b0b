#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "config/error.hpp"
#include "hub/hub.hpp"
#include "support/directories.hpp"
#include "support/hub/hub_server.hpp"

namespace trainer::hub {

inline const std::string kId = "org/tiny";
inline const std::string kNext(40, 'e');  // the commit that a branch moves to
inline const std::string kTool = TRACKER_BINARY_DIR "/tests/hub_tool";

// A cache of its own and a server; waits between attempts are noted, not waited.
class HubFixture : public testing::Test {
 protected:
  HubFixture() {
    setenv("no_proxy", "127.0.0.1,localhost", 1);
  }  // whatever proxy this machine uses

  HubSettings settings_for(const test_support::HubServer& server) {
    HubSettings settings;
    settings.endpoint = server.endpoint();
    settings.cache = cache();
    settings.wait = [this](std::chrono::milliseconds pause) { waits_.push_back(pause); };
    return settings;
  }
  std::filesystem::path cache() const { return folder_.path() / "hub"; }
  std::filesystem::path repo_folder() const { return cache() / "models--org--tiny"; }

  // The words of the Error that `call` throws.
  template <typename Call>
  static std::string message(Call&& call, ErrorCode code = ErrorCode::kHub) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return error.what();
    }
    return "nothing thrown";
  }

  std::vector<std::chrono::milliseconds> waits_;

 private:
  test_support::TempDirectory folder_;
};

// Bytes that repeat nowhere near, so that a part in the wrong place shows.
inline std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

}  // namespace trainer::hub
