#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/live_hub.hpp"
#include "http/origin.hpp"
#include "http/router.hpp"

// The HTTP listener. One thread serves all sockets; handlers that block run on a pool of workers.
namespace tracker::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0 takes a free one
  std::size_t workers = 8;
  std::size_t waiting_requests = 256;  // for a worker; more are answered 503
  std::size_t connections = 2'048;     // more wait in the kernel's queue
  std::uint64_t body_bytes = 1u << 20;
  std::uint32_t header_bytes = 16u << 10;
  std::chrono::seconds header_timeout{60};  // also the patience with an idle connection
  std::chrono::seconds body_timeout{30};
  std::chrono::seconds write_timeout{60};
  std::chrono::seconds live_silence{
      60};  // a tab is pinged after half of it and closed after all of it
  OriginPolicy origins;
};

// Made and destroyed by the composition root; `router` and `hub` must outlive it.
class Server {
 public:
  Server(ServerOptions options, const Router& router, LiveHub& hub);
  ~Server();  // stop(0 s)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens, then serves on threads of its own. Throws Error(kUnavailable) if it cannot listen
  // there (the port is taken, the address is not one of this machine), kInvalidArgument for an
  // address that is none.
  void start();
  // What start() took.
  std::uint16_t port() const noexcept;

  // Takes no more connections, lets requests that have begun end, closes live sockets with "going
  // away"; after `patience` closes what is left. Idempotent.
  void stop(std::chrono::milliseconds patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::http
