#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "app/config.hpp"
#include "auth/gate.hpp"
#include "core/tls_files.hpp"
#include "storage/database.hpp"

namespace tracker::app {

// The certificate and key that the server was told of; nothing without TLS.
std::optional<core::TlsFiles> tls_files(const Config& config);

// Everything of a server that needs the database: what listens, and what works in the background.
// Of one thread; the database must outlive it.
class Services {
 public:
  Services(const Config& config, storage::Database& database);
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // Listens and works. Throws Error(kUnavailable) when a port is taken; then nothing runs.
  void start();
  // Not ready any more: who asks is told, and nobody else notices.
  void announce_stop();
  // What has begun is done, for at most ten seconds.
  void stop();

  auth::Gate& gate() noexcept;
  // Once started.
  std::uint16_t http_port() const;
  std::uint16_t grpc_port() const;
  std::size_t dashboard_files() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::app
