#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tls_files.hpp"

// The gRPC listener: address, limits and keepalive of docs/ingest-protocol.md.
namespace tracker::rpc {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;             // 0 takes a free one
  std::size_t message_bytes = 8u << 20;  // of one message received
  // How often a silent connection is pinged, and how long the answer may take. Clients may ping up
  // to four times as often.
  std::chrono::milliseconds keepalive{20'000};
  // Connections of this age (±10 %, so that not all come back at once) are told to go elsewhere,
  // and cut after the grace. 0: never.
  std::chrono::milliseconds connection_age{30 * 60'000};
  std::chrono::milliseconds connection_grace{10 * 60'000};
  std::optional<core::TlsFiles> tls;    // absent: no TLS
  std::chrono::seconds tls_reload{10};  // how often the files are looked at
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
