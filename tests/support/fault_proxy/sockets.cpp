#include "support/fault_proxy/sockets.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace test_support {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &name.sin_addr);
  return name;
}

int connect_upstream(const ProxyOptions& options) {
  int fd = -1;
  int done = -1;
  if (!options.upstream_socket.empty()) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, options.upstream_socket.c_str(), sizeof name.sun_path - 1);
    fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    done = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  } else {
    const sockaddr_in name = address_of("127.0.0.1", options.upstream_port);
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    done = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  if (done == 0) return fd;
  ::close(fd);
  return -1;
}

void close_with(int fd, Cut how) {
  if (how == Cut::kReset) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(fd);
}

}  // namespace test_support
