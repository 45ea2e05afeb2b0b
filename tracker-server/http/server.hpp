#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "auth/watch.hpp"
#include "core/request_id.hpp"
#include "core/tls_files.hpp"
#include "http/live_hub.hpp"
#include "http/origin.hpp"
#include "http/router.hpp"
#include "metrics/writer.hpp"

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
  auth::Watch* watch = nullptr;  // of the rights of live tabs; outlives the server. Null: of none
  core::AccessLog access_log = core::AccessLog::kWrites;
  std::optional<core::TlsFiles> tls;             // absent: plain HTTP
  std::chrono::milliseconds tls_reload{10'000};  // how often the files are looked at
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
  // address that is none, kFailedPrecondition for files of TLS that will not do.
  void start();
  // What start() took.
  std::uint16_t port() const noexcept;

  // A stop is near: connections are still taken, and each ends after its next answer, so that
  // clients that keep theirs find another server. Any thread.
  void announce_stop();

  // Takes no more connections but those that wait in the kernel, lets requests that have begun end,
  // closes live sockets with "going away"; after `patience` closes what is left. Idempotent.
  void stop(std::chrono::milliseconds patience);

  // What it and its live sockets counted. Any thread.
  void write_metrics(metrics::Writer& out) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::http
