#include "core/host_name.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

namespace tracker::core {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::string host_name(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto close = host.find(']');
    return close == std::string_view::npos ? "" : lower(host.substr(1, close - 1));
  }
  const auto colon = host.find(':');
  // More than one colon without brackets: an IPv6 address, and no port.
  if (colon != host.rfind(':')) return lower(host);
  return lower(host.substr(0, colon));
}

bool is_loopback_name(std::string_view name) {
  if (name == "localhost" || name == "::1") return true;
  in_addr address{};
  return ::inet_pton(AF_INET, std::string(name).c_str(), &address) == 1 &&
         (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace tracker::core
