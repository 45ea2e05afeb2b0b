#include "alerts/addresses.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>

namespace tracker::alerts {
namespace {

bool is_public(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1)
    v4->sin_family = AF_INET;
  else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1)
    v6->sin6_family = AF_INET6;
  else
    ADD_FAILURE() << text;
  EXPECT_EQ(text_of(reinterpret_cast<const sockaddr&>(storage)), text);
  return alerts::is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Addresses, WhatIsInsideIsNotPublic) {
  for (const char* text :
       {"0.0.0.0",         "0.1.2.3",        "10.0.0.1",    "10.255.255.255",  "100.64.0.1",
        "100.127.255.255", "127.0.0.1",      "127.255.0.1", "169.254.169.254", "172.16.0.1",
        "172.31.255.255",  "192.0.0.170",    "192.0.2.1",   "192.168.0.1",     "198.18.0.1",
        "198.19.255.255",  "198.51.100.7",   "203.0.113.9", "224.0.0.1",       "239.255.255.255",
        "240.0.0.1",       "255.255.255.255"})
    EXPECT_FALSE(is_public(text)) << text;
  for (const char* text : {"::",
                           "::1",
                           "::2",
                           "fe80::1",
                           "fec0::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "ff02::1",
                           "100::1",
                           "2001:db8::1",
                           "2001::1",
                           "2001:10::1",
                           "3fff::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.1.2.3",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "2002:7f00:1::",
                           "2002:c0a8:101::1",
                           "4000::1"})
    EXPECT_FALSE(is_public(text)) << text;
}

TEST(Addresses, WhatIsOutsideIs) {
  for (const char* text : {"1.1.1.1",          "9.255.255.255",        "11.0.0.0",
                           "100.63.255.255",   "100.128.0.0",          "126.0.0.1",
                           "128.0.0.1",        "172.15.0.1",           "172.32.0.1",
                           "192.167.0.1",      "192.169.0.1",          "198.17.0.1",
                           "198.20.0.1",       "223.255.255.255",      "2606:4700::1111",
                           "2a00:1450::1",     "2001:4860:4860::8888", "::ffff:8.8.8.8",
                           "64:ff9b::808:808", "2002:808:808::1"})
    EXPECT_TRUE(is_public(text)) << text;
}

TEST(Addresses, OtherFamiliesAreNot) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(alerts::is_public(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace tracker::alerts
