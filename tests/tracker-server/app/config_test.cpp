#include "app/config.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

namespace tracker::app {
namespace {

CommandLine parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tracker-server");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLine, DefaultsListenOnLoopback) {
  const auto command = parse({"--data-dir", "/tmp/x"});
  ASSERT_TRUE(command.config);
  EXPECT_EQ(command.config->http.address, "127.0.0.1");
  EXPECT_EQ(command.config->http.port, 8080);
  EXPECT_EQ(command.config->grpc.port, 8081);
  EXPECT_FALSE(command.config->database_url);
  EXPECT_TRUE(command.config->dashboard_directory.string().ends_with("share/tracker/dashboard"));
}

TEST(CommandLine, WrongUsageExitsWithTwoAndOneLine) {
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"--data-dir"},
                                             {"--data-dir", "x", "--colour"},
                                             {"--data-dir", "x", "--listen", "8080"},
                                             {"--data-dir", "x", "--listen", "127.0.0.1:99999"},
                                             {"--data-dir", "x", "--grpc-listen", "host:1"},
                                             {"--data-dir", "x", "--log-level", "loud"},
                                             {"--data-dir", "x", "stray"}}) {
    const auto command = parse(arguments);
    EXPECT_FALSE(command.config);
    EXPECT_EQ(command.exit_code, 2);
    EXPECT_EQ(std::count(command.text.begin(), command.text.end(), '\n'), 1) << command.text;
  }
}

TEST(CommandLine, HelpNamesEveryFlagAndExitsWithZero) {
  const auto command = parse({"--help"});
  EXPECT_FALSE(command.config);
  EXPECT_EQ(command.exit_code, 0);
  for (const auto* flag : {"--data-dir", "--database-url", "--listen", "--grpc-listen",
                           "--dashboard-dir", "--allow-host", "--allow-anonymous", "--log-level"}) {
    EXPECT_NE(command.text.find(flag), std::string::npos) << flag;
  }
}

TEST(CommandLine, AnAllowedHostIsKeptAsRequestsNameIt) {
  const auto command = parse({"--data-dir", "x", "--allow-host", "Tracker.LAN:8443", "--allow-host",
                              "[FE80::1]:80", "--allow-host", "other"});
  ASSERT_TRUE(command.config) << command.text;
  EXPECT_EQ(command.config->allowed_hosts,
            (std::vector<std::string>{"tracker.lan", "fe80::1", "other"}));
  for (const auto* bad : {"https://tracker.lan", "tracker.lan/", "", ":8080", "*.lan"}) {
    const auto refused = parse({"--data-dir", "x", "--allow-host", bad});
    EXPECT_EQ(refused.exit_code, 2) << bad;
    EXPECT_NE(refused.text.find("--allow-host"), std::string::npos) << refused.text;
  }
}

TEST(Endpoint, AddressesOfBothFamiliesAreTaken) {
  EXPECT_EQ(Endpoint::parse("[::1]:0").address, "::1");
  EXPECT_TRUE(Endpoint::parse("[::1]:0").loopback());
  EXPECT_EQ(Endpoint::parse("localhost:80").address, "127.0.0.1");
  EXPECT_FALSE(Endpoint::parse("0.0.0.0:8080").loopback());
  EXPECT_FALSE(Endpoint::parse("[::]:8080").loopback());
  for (const auto* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                          "127.0.0.1:-1", "1.2.3:80"}) {
    EXPECT_THROW(Endpoint::parse(bad), Error) << bad;
  }
}

TEST(Exposure, AnAddressThatOthersReachNeedsConsent) {
  auto config = *parse({"--data-dir", "x", "--grpc-listen", "0.0.0.0:8081"}).config;
  try {
    check_exposure(config);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--allow-anonymous"), std::string::npos);
  }
  config.anonymous = Anonymous::kAllowed;
  EXPECT_NO_THROW(check_exposure(config));
}

}  // namespace
}  // namespace tracker::app
