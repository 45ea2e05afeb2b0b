#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "support/fault_proxy/fault_proxy.hpp"

namespace test_support {

sockaddr_in address_of(const std::string& host, std::uint16_t port);
// Of what lies behind the proxy; -1 when nobody listens there.
int connect_upstream(const ProxyOptions& options);
void close_with(int fd, Cut how);

}  // namespace test_support
