#pragma once

#include <string>
#include <string_view>

// Names that a server is reached by: in a `Host` header, in a flag.
namespace tracker::core {

// The name without its port, in lower case: "[::1]:8080" → "::1", "LocalHost:80" → "localhost",
// "fe80::1" → "fe80::1". Empty for what holds no name ("[::1", ":80").
std::string host_name(std::string_view host_and_port);

// `localhost`, ::1, or an IPv4 address of 127.0.0.0/8; lower case, without a port.
bool is_loopback_name(std::string_view name);

}  // namespace tracker::core
