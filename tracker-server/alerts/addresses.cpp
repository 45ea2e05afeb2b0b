#include "alerts/addresses.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tracker::alerts {
namespace {

using V6 = std::array<std::uint8_t, 16>;

struct Range4 {
  std::uint32_t base;
  int bits;
};
constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}
constexpr std::array<Range4, 16> kClosed4 = {{{v4(0, 0, 0, 0), 8},
                                              {v4(10, 0, 0, 0), 8},
                                              {v4(100, 64, 0, 0), 10},
                                              {v4(127, 0, 0, 0), 8},
                                              {v4(169, 254, 0, 0), 16},
                                              {v4(172, 16, 0, 0), 12},
                                              {v4(192, 0, 0, 0), 24},
                                              {v4(192, 0, 2, 0), 24},
                                              {v4(192, 88, 99, 0), 24},
                                              {v4(192, 168, 0, 0), 16},
                                              {v4(198, 18, 0, 0), 15},
                                              {v4(198, 51, 100, 0), 24},
                                              {v4(203, 0, 113, 0), 24},
                                              {v4(224, 0, 0, 0), 4},
                                              {v4(240, 0, 0, 0), 4},
                                              {v4(255, 255, 255, 255), 32}}};

bool is_public4(std::uint32_t address) {
  return std::none_of(kClosed4.begin(), kClosed4.end(), [&](const Range4& range) {
    return (address ^ range.base) >> (32 - range.bits) == 0;
  });
}

std::uint32_t v4_in(const V6& a, std::size_t at) {
  return v4(a[at], a[at + 1], a[at + 2], a[at + 3]);
}

bool begins(const V6& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

// Only 2000::/3 is given out; within it some parts stand for IPv4 or for nobody.
bool is_public6(const V6& a) {
  if (begins(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return is_public4(v4_in(a, 12));
  if (begins(a, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public4(v4_in(a, 12));
  if ((a[0] & 0xE0) != 0x20) return false;
  if (begins(a, {0x20, 0x02})) return is_public4(v4_in(a, 2));
  if (begins(a, {0x20, 0x01, 0, 0})) return false;                          // Teredo
  if (begins(a, {0x20, 0x01}) && a[2] < 0x02) return false;                 // 2001::/23, protocols
  return !begins(a, {0x20, 0x01, 0x0D, 0xB8}) && !begins(a, {0x3F, 0xFF});  // documentation
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 in;
  std::memcpy(&in, &address, sizeof in);
  V6 bytes;
  std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
  return is_public6(bytes);
}

std::string text_of(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace tracker::alerts
