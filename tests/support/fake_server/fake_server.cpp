#include "support/fake_server/fake_server.hpp"

#include <arpa/inet.h>
#include <grpcpp/server_builder.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace test_support {
namespace {

int listen_on(std::uint16_t port, std::uint16_t& bound) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 64) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port));
  }
  bound = ntohs(address.sin_port);
  return listener;
}

}  // namespace

std::uint16_t unused_port() {
  std::uint16_t port = 0;
  close(listen_on(0, port));
  return port;
}

FakeServer::FakeServer(const std::vector<grpc::Service*>& services, std::uint16_t http_port,
                       std::chrono::milliseconds connection_age) {
  grpc::ServerBuilder builder;
  if (connection_age.count() > 0)
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               static_cast<int>(connection_age.count()));
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &grpc_port_);
  builder.SetMaxReceiveMessageSize(8 << 20);  // docs/artifacts.md
  for (auto* service : services) builder.RegisterService(service);
  grpc_ = builder.BuildAndStart();
  listener_ = listen_on(http_port, http_port_);
  wake_ = eventfd(0, EFD_CLOEXEC);
  http_ = std::jthread([this](const std::stop_token& stop) { serve_http(stop); });
}

FakeServer::~FakeServer() {
  http_.request_stop();
  eventfd_write(wake_, 1);
  http_.join();
  close(listener_);
  close(wake_);
  grpc_->Shutdown(std::chrono::system_clock::now());
  grpc_->Wait();
}

void FakeServer::serve_http(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd polled[2] = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    poll(polled, 2, -1);
    if ((polled[0].revents & POLLIN) == 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) answer(connection);
  }
}

void FakeServer::answer(int connection) const {
  std::string request;
  char bytes[1024];
  ssize_t size;
  while (request.find("\r\n\r\n") == std::string::npos &&
         (size = read(connection, bytes, sizeof bytes)) > 0) {
    request.append(bytes, static_cast<std::size_t>(size));
  }
  const bool found = request.rfind("GET /api/v1/server ", 0) == 0;
  const std::string body = found ? R"({"version":"fake","grpc_port":)" +
                                       std::to_string(grpc_port_) + R"(,"started_us":1})"
                                 : "not found";
  const std::string response = std::string("HTTP/1.1 ") + (found ? "200 OK" : "404 Not Found") +
                               "\r\nContent-Length: " + std::to_string(body.size()) +
                               "\r\nConnection: close\r\n\r\n" + body;
  size = write(connection, response.data(), response.size());
  close(connection);
}

}  // namespace test_support
