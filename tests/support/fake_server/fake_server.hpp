#pragma once

#include <grpcpp/server.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace test_support {

// A free TCP port of 127.0.0.1.
std::uint16_t unused_port();

// gRPC services and the HTTP route through which they are found, on 127.0.0.1. The destructor cuts
// all streams.
class FakeServer {
 public:
  // `http_port` 0 takes a free one. The services must outlive this. Connections older than
  // `connection_age` are told to go (0: never), and are not cut.
  explicit FakeServer(const std::vector<grpc::Service*>& services, std::uint16_t http_port = 0,
                      std::chrono::milliseconds connection_age = {});
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(http_port_); }

 private:
  void answer(int connection) const;
  void serve_http(const std::stop_token& stop);

  std::unique_ptr<grpc::Server> grpc_;
  int grpc_port_ = 0;
  std::uint16_t http_port_ = 0;
  int listener_ = -1, wake_ = -1;
  std::jthread http_;
};

}  // namespace test_support
