#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// The gRPC listener: address, limits and keepalive of docs/ingest-protocol.md.
namespace tracker::rpc {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;             // 0 takes a free one
  std::size_t message_bytes = 8u << 20;  // of one message received
  std::chrono::seconds keepalive{20};
};

class Server {
 public:
  // `services` must outlive it.
  Server(ServerOptions options, std::vector<grpc::Service*> services);
  ~Server();  // stop(0 s)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens and serves on gRPC's own threads. Throws Error(kUnavailable) if the port is taken or
  // the address is not one of this machine.
  void start();
  std::uint16_t port() const noexcept;

  // Refuses new calls, waits for running ones at most `patience`, then cancels them. Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
