#pragma once

#include <sys/socket.h>

#include <string>

// Which addresses a server may be made to call by what others say (request forgery).
namespace tracker::alerts {

// False for loopback, private, link-local, shared, reserved, documentation and multicast addresses
// of IPv4 and IPv6, and for IPv6 addresses that stand for such (mapped, NAT64, 6to4, Teredo). False
// for any other family. Sources: the special-purpose registries of IANA (RFC 6890 and followers).
bool is_public(const sockaddr& address);

// "203.0.113.7", "2001:db8::1"; for messages.
std::string text_of(const sockaddr& address);

}  // namespace tracker::alerts
