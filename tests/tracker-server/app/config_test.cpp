#include "app/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include <tracker/error.hpp>

#include "app/settings.hpp"
#include "support/directories.hpp"
#include "support/temp_directory.hpp"

namespace tracker::app {
namespace {

using Variables = std::map<std::string, std::string>;

CommandLine parse(std::vector<const char*> arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "tracker-server");
  return parse_command_line(
      static_cast<int>(arguments.size()), arguments.data(), [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      });
}

std::string refusal_of_yaml(const std::string& text) {
  try {
    to_config(from_yaml(text, "f.yaml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
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
  for (const auto* flag :
       {"--data-dir", "--database-url", "--listen", "--grpc-listen", "--dashboard-dir",
        "--allow-host", "--allow-anonymous", "--log-level", "--config", "--print-config"}) {
    EXPECT_NE(command.text.find(flag), std::string::npos) << flag;
  }
  for (const auto& setting : settings())
    EXPECT_NE(command.text.find(std::string("--") + setting.name), std::string::npos);
}

TEST(Configuration, TheFlagWinsOverTheVariableAndThatOverTheFile) {
  const test::TempDirectory root;
  const auto file = (root / "server.yaml").string();
  std::ofstream(file) << "data-dir: /file\nlisten: 127.0.0.1:1\ngrpc-listen: 127.0.0.1:1\n"
                         "log-level: error\nallow-host: [a, b]\nallow-anonymous: true\n";
  const auto command = parse({"--config", file.c_str(), "--listen", "127.0.0.1:3"},
                             {{"TRACKER_LISTEN", "127.0.0.1:2"},
                              {"TRACKER_GRPC_LISTEN", "127.0.0.1:2"},
                              {"TRACKER_LOG_LEVEL", ""},
                              {"TRACKER_ALLOW_HOST", "x,y"},
                              {"TRACKER_URL", "http://elsewhere"}});
  ASSERT_TRUE(command.config) << command.text;
  EXPECT_EQ(command.config->http.port, 3);
  EXPECT_EQ(command.config->grpc.port, 2);
  EXPECT_EQ(command.config->data_directory, "/file");
  EXPECT_EQ(command.config->log_level, "error") << "an empty variable is none";
  EXPECT_EQ(command.config->allowed_hosts, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(command.config->anonymous, Anonymous::kAllowed);
  const auto tamed = parse({"--config", file.c_str(), "--allow-anonymous=false"});
  ASSERT_TRUE(tamed.config) << tamed.text;
  EXPECT_EQ(tamed.config->anonymous, Anonymous::kRefused);
  EXPECT_TRUE(parse({}, {{"TRACKER_CONFIG", file}}).config);
}

TEST(Configuration, WhatIsWrongInTheFileIsNamedWithItsLine) {
  EXPECT_NE(refusal_of_yaml("listen: 127.0.0.1:0\n\nlisen: x\n")
                .find("f.yaml:3: unknown setting `lisen`"),
            std::string::npos);
  EXPECT_NE(refusal_of_yaml("listen: 127.0.0.1:0\nlisten: 127.0.0.1:1\n").find("f.yaml:2: "),
            std::string::npos);
  EXPECT_NE(refusal_of_yaml("\nlisten: 8080\n").find("f.yaml:2: listen: `8080`"),
            std::string::npos);
  EXPECT_NE(refusal_of_yaml("listen:\n  port: 1\n").find("f.yaml:2: listen: must be"),
            std::string::npos);
  EXPECT_NE(refusal_of_yaml("listen:\n").find("listen: has no value"), std::string::npos);
  EXPECT_NE(refusal_of_yaml("listen: [a, b]\n").find("f.yaml:1: "), std::string::npos);
  EXPECT_NE(refusal_of_yaml("a: [\n").find("f.yaml:2: is not YAML"), std::string::npos);
  EXPECT_NE(refusal_of_yaml("- a\n").find("must be lines of the form"), std::string::npos);
  EXPECT_NE(refusal_of_yaml("? [a]\n: b\n").find("the name of a setting"), std::string::npos);
  EXPECT_NE(refusal_of_yaml("log-level: info\n---\nlog-level: info\n").find("second document"),
            std::string::npos);
  EXPECT_NE(refusal_of_yaml(",\"").find("f.yaml:1"), std::string::npos);  // has no end for yaml-cpp
  EXPECT_NE(refusal_of_yaml("allow-anonymous: perhaps\n").find("neither true nor false"),
            std::string::npos);
  EXPECT_EQ(refusal_of_yaml(""), "none");
  EXPECT_EQ(refusal_of_yaml("# nothing\n"), "none");
  const auto none = parse({"--config", "/nowhere/x.yaml"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.text.find("/nowhere/x.yaml"), std::string::npos);
}

TEST(Configuration, PrintedItIsAFileThatSaysTheSameAndNoSecret) {
  const auto printed = parse(
      {"--data-dir", "/d \"x\"", "--print-config", "--allow-host", "h", "--drain-delay", "5m"},
      {{"TRACKER_DATABASE_URL", "postgresql://me:s3cret@host/db"}});
  EXPECT_EQ(printed.exit_code, 0);
  EXPECT_EQ(printed.text.find("s3cret"), std::string::npos) << printed.text;
  EXPECT_NE(printed.text.find("postgresql://me:***@host/db\"  # $TRACKER_DATABASE_URL\n"),
            std::string::npos)
      << printed.text;
  EXPECT_NE(printed.text.find("listen: \"127.0.0.1:8080\"  # default\n"), std::string::npos);
  EXPECT_NE(printed.text.find("# tls-cert: not set\n"), std::string::npos);
  const auto again = to_config(from_yaml(printed.text, "f"));
  EXPECT_EQ(again.data_directory, "/d \"x\"");
  EXPECT_EQ(again.allowed_hosts, std::vector<std::string>{"h"});
  EXPECT_EQ(again.drain_delay, std::chrono::minutes(5));
  for (const auto* url : {"host=h password=s3cret", "postgresql://h/d?password=s3cret",
                          "postgresql://u:s3@cret@h/d"}) {
    const auto text = parse({"--data-dir", "x", "--print-config", "--database-url", url}).text;
    EXPECT_EQ(text.find("3cret"), std::string::npos) << text;
    EXPECT_EQ(text.find("cret@"), std::string::npos) << text;
  }
}

TEST(Configuration, TimesHaveUnits) {
  const auto of = [](const char* text) {
    return parse({"--data-dir", "x", "--drain-delay", text});
  };
  EXPECT_EQ(of("90").config->drain_delay.count(), 90);
  EXPECT_EQ(of("2h").config->drain_delay.count(), 7'200);
  for (const auto* bad :
       {"", "5 m", "-1", "25h", "1d", "99999999999999999999", "9223372036854775807h"})
    EXPECT_EQ(of(bad).exit_code, 2) << bad;
}

TEST(Configuration, ACertificateNeedsItsKey) {
  const auto command = parse({"--data-dir", "x", "--tls-cert", "c.pem"});
  EXPECT_EQ(command.exit_code, 2);
  EXPECT_NE(command.text.find("--tls-key"), std::string::npos) << command.text;
}

TEST(Configuration, EverySettingStandsInTheDocumentation) {
  std::ifstream file(TRACKER_SOURCE_DIR "/docs/server.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (const auto& setting : settings())
    EXPECT_NE(page.find(std::string("| `--") + setting.name), std::string::npos) << setting.name;
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

}  // namespace
}  // namespace tracker::app
