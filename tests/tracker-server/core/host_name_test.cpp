#include "core/host_name.hpp"

#include <gtest/gtest.h>

#include <map>

namespace tracker::core {
namespace {

TEST(HostName, IsInLowerCaseAndWithoutAPort) {
  const std::map<std::string, std::string> cases = {{"LocalHost:80", "localhost"},
                                                    {"Tracker.LAN", "tracker.lan"},
                                                    {"10.0.0.1:8080", "10.0.0.1"},
                                                    {"[::1]:8080", "::1"},
                                                    {"[FE80::1]", "fe80::1"},
                                                    {"fe80::1", "fe80::1"},
                                                    {"[::1", ""},
                                                    {":80", ""},
                                                    {"", ""}};
  for (const auto& [text, name] : cases) EXPECT_EQ(host_name(text), name) << text;
}

TEST(HostName, OfThisMachineAreLocalhostAndLoopbackAddresses) {
  for (const auto* name : {"localhost", "::1", "127.0.0.1", "127.9.9.9"})
    EXPECT_TRUE(is_loopback_name(name)) << name;
  for (const auto* name : {"", "::", "0.0.0.0", "128.0.0.1", "127.0.0.1.evil.example", "127.1"})
    EXPECT_FALSE(is_loopback_name(name)) << name;
}

}  // namespace
}  // namespace tracker::core
