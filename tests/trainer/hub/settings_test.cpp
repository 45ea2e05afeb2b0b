#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "config/error.hpp"
#include "hub/hub.hpp"
#include "support/hub/hub_server.hpp"

namespace trainer::hub {
namespace {

// Settings read from these variables alone; each test is a process of its own under ctest, and
// cleans up anyway.
HubSettings read_from(const std::map<std::string, std::string>& variables) {
  for (const char* name :
       {"HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HOME",
        "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HF_HUB_OFFLINE",
        "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_SYMLINKS", "HF_HUB_DISABLE_PROGRESS_BARS",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT",
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    unsetenv(name);
  }
  setenv("HOME", "/nobody", 1);
  for (const auto& [name, value] : variables) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  return HubSettings::from_environment();
}

TEST(HubSettings, defaults_are_hugging_faces) {
  const HubSettings settings = read_from({});
  EXPECT_EQ(settings.endpoint, "https://huggingface.co");
  EXPECT_EQ(settings.cache, "/nobody/.cache/huggingface/hub");
  EXPECT_TRUE(settings.token.empty());
  EXPECT_FALSE(settings.offline);
  EXPECT_EQ(settings.metadata_timeout, std::chrono::seconds(10));
}

TEST(HubSettings, the_cache_is_found_in_the_order_of_python) {
  EXPECT_EQ(read_from({{"XDG_CACHE_HOME", "/x"}}).cache, "/x/huggingface/hub");
  EXPECT_EQ(read_from({{"XDG_CACHE_HOME", "/x"}, {"HF_HOME", "~/h"}}).cache, "/nobody/h/hub");
  EXPECT_EQ(read_from({{"HF_HOME", "/h"}, {"HUGGINGFACE_HUB_CACHE", "/old"}}).cache, "/old");
  EXPECT_EQ(read_from({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}}).cache, "/new");
}

TEST(HubSettings, without_a_variable_home_is_the_user_databases) {
  const passwd* user = getpwuid(getuid());
  if (user == nullptr) {
    GTEST_SKIP() << "this user is in no database";
  }
  EXPECT_EQ(read_from({{"HOME", ""}}).cache,
            std::filesystem::path(user->pw_dir) / ".cache/huggingface/hub");
}

TEST(HubSettings, the_token_comes_from_the_variable_then_from_the_file) {
  const test_support::TempDirectory folder;
  test_support::write_file(folder.path() / "token", " hf_file\n");
  const std::string home = folder.path().string();
  EXPECT_EQ(read_from({{"HF_HOME", home}}).token, "hf_file");
  EXPECT_EQ(read_from({{"HF_TOKEN_PATH", home + "/token"}}).token, "hf_file");
  EXPECT_EQ(read_from({{"HF_HOME", home}, {"HUGGING_FACE_HUB_TOKEN", "hf_old"}}).token, "hf_old");
  EXPECT_EQ(read_from({{"HF_HOME", home}, {"HF_TOKEN", "hf_new"}}).token, "hf_new");
  EXPECT_EQ(read_from({{"HF_TOKEN", "hf_new"}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}).token, "");
}

TEST(HubSettings, truth_is_spelt_as_in_python) {
  for (const char* yes : {"1", "on", "YES", "True"}) {
    EXPECT_TRUE(read_from({{"HF_HUB_OFFLINE", yes}}).offline) << yes;
  }
  for (const char* no : {"0", "off", "", "2"}) {
    EXPECT_FALSE(read_from({{"HF_HUB_OFFLINE", no}}).offline) << no;
  }
  EXPECT_TRUE(read_from({{"TRANSFORMERS_OFFLINE", "1"}}).offline);
  EXPECT_FALSE(read_from({{"HF_HUB_DISABLE_SYMLINKS", "1"}}).symlinks);
  EXPECT_FALSE(read_from({{"HF_HUB_DISABLE_PROGRESS_BARS", "1"}}).progress_bars);
}

TEST(HubSettings, an_endpoint_loses_its_last_slash) {
  EXPECT_EQ(read_from({{"HF_ENDPOINT", "http://mirror:8000/hf/"}}).endpoint,
            "http://mirror:8000/hf");
}

TEST(HubSettings, nonsense_is_refused_and_named) {
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"HF_ENDPOINT", "huggingface.co"},
                                          {"HF_TOKEN", "a\r\nX-Evil: 1"},
                                          {"HF_HUB_ETAG_TIMEOUT", "soon"},
                                          {"HF_HUB_DOWNLOAD_TIMEOUT", "0"}}) {
    try {
      read_from({{name, value}});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr(name));
    }
  }
}

}  // namespace
}  // namespace trainer::hub
