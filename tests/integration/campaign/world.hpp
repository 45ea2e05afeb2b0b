#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/connection.hpp"
#include "cli/runs_client.hpp"
#include "support/fault_proxy/fault_proxy.hpp"
#include "support/fault_shim/fault_switches.hpp"
#include "support/postgres/postgres_fixture.hpp"
#include "support/process/process.hpp"

// The system under test: PostgreSQL, a tracker-server, and a fault proxy on each way to them.
//
//   relay ──► http, grpc proxies (127.0.0.2) ──► tracker-server (127.0.0.1) ──► database proxy ──►
//   PostgreSQL
//
// The checker goes straight to server and database.
namespace campaign {

// The build tree whose programs are run: the campaign's own, or another one.
std::filesystem::path& build_directory();

// Waits until `done`, looking every few milliseconds; false when `limit` passed first.
bool await(const std::function<bool()>& done, std::chrono::milliseconds limit);

class World {
 public:
  // Below a file system of limited size where we may mount one, else below /tmp.
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& directory() const noexcept { return directory_; }
  const std::string& url() const noexcept { return url_; }  // through the proxies
  bool can_fill_disks() const noexcept { return mounted_; }

  void start_server();
  void kill_server();
  void stop_server();
  bool server_running() { return server_ && server_->running(); }

  tracker::test::PostgresCluster& postgres() { return *postgres_; }
  // Backends of the server's connections; none while PostgreSQL recovers.
  std::vector<pid_t> backends();
  // The database as it is now, kept; and put in the place of what it has become.
  void keep_database();
  void restore_database();
  // All room of the database's file system is taken, or given back.
  void fill_disk();
  void free_disk();

  // Both ways to the server; the way to the database.
  void on_network(const std::function<void(test_support::FaultProxy&)>& change);
  test_support::FaultProxy& http_proxy() { return *http_; }
  test_support::FaultProxy& grpc_proxy() { return *grpc_; }
  test_support::FaultProxy& database_proxy() { return *database_; }

  // The wall clock and the disk that each of them believes in; nothing where programs of another
  // build tree, with sanitizers, cannot be told lies.
  struct Shims {
    test_support::FaultShim loggers, server, postgres;  // loggers: and their relays
  };
  Shims* shims() noexcept { return shims_.get(); }

  // Everything runs and nothing is in the way.
  void heal();

  // A question to the database, past the proxy; rows of text. Throws std::runtime_error.
  using Rows = std::vector<std::vector<std::string>>;
  Rows query(const std::string& sql, const std::string& database = "campaign") const;
  tracker::cli::RunsClient client() const {
    return tracker::cli::RunsClient(tracker::cli::connect(server_url_));
  }
  std::string http_get(const std::string& path) const;

  test_support::ProcessOptions program(const std::string& path, std::vector<std::string> arguments,
                                       const std::filesystem::path& spool) const;

 private:
  std::filesystem::path directory_;
  bool mounted_ = false;
  std::uint16_t http_port_, grpc_port_;
  std::string url_, server_url_, database_url_;
  std::unique_ptr<Shims> shims_;
  std::unique_ptr<tracker::test::PostgresCluster> postgres_;
  std::unique_ptr<test_support::FaultProxy> http_, grpc_, database_;
  std::unique_ptr<test_support::Process> server_;
};

}  // namespace campaign
