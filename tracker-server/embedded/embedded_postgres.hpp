#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "embedded/binaries.hpp"
#include "embedded/process.hpp"

// A PostgreSQL cluster of our own, for a server that was given no --database-url.
//
// On disk, under `data_directory`: postgres/ (the cluster), postgres.password, postgres.log. The
// cluster listens on a Unix socket in a private directory only and asks for the password. As root
// it runs under an unprivileged user; parents of the data directory that this user may not enter do
// not matter: it is handed an open descriptor instead of a path.
//
// Life: the cluster is a process of its own that survives a kill -9 of the server; the next start
// adopts it. If it dies while the server lives it is started again (clients see refused connections
// meanwhile). Only one EmbeddedPostgres may work on a data directory at a time; the caller holds
// the lock of the data directory.
namespace tracker::embedded {

struct EmbeddedPostgresOptions {
  std::filesystem::path data_directory;
  PostgresSearch search;
  // For initdb, and for recovery after a crash, which replays at most max_wal_size of log.
  std::chrono::seconds start_timeout{120};
  // How long backends of a dead postmaster may take to notice before they are killed.
  std::chrono::seconds orphan_timeout{15};
};

class EmbeddedPostgres {
 public:
  explicit EmbeddedPostgres(EmbeddedPostgresOptions options);
  ~EmbeddedPostgres();  // stop()
  EmbeddedPostgres(const EmbeddedPostgres&) = delete;
  EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

  // Makes the cluster if there is none, adopts it if it runs, starts it otherwise; returns once it
  // answers and the database exists. Then watches over it on a thread of its own. Throws Error with
  // a one-line reason, also when `stop` is asked for meanwhile (kUnavailable).
  void start(std::stop_token stop = {});

  // How to connect: libpq keywords, with the password: not for logs. Same for the life of this
  // object.
  std::string connection_string() const;

  // Orderly: running transactions are rolled back, everything committed is flushed. Idempotent.
  void stop() noexcept;

  // Process number of the postmaster; 0 when there is none at the moment.
  pid_t postmaster() const noexcept { return postmaster_.load(); }
  // Did start() find the cluster running?
  bool adopted() const noexcept { return adopted_; }

 private:
  enum class Readiness { kReady, kEnded, kUnreachable };

  void make_cluster(const std::string& password);
  void run_initdb(const std::filesystem::path& fresh, const std::string& password);
  bool adopt(std::stop_token stop);
  void launch(std::stop_token stop);
  void settle(std::stop_token stop);
  Process spawn_postmaster();
  Readiness wait_ready(std::stop_token stop);
  void make_database();
  void supervise();
  void revive();
  void keep(Process process);
  std::string directory_argument(const Fd& directory, const std::filesystem::path& path) const;
  std::string connection_to(std::string_view database) const;

  EmbeddedPostgresOptions options_;
  std::filesystem::path cluster_, log_file_;
  PostgresBinaries binaries_;
  std::optional<UserId> user_;
  std::string password_;
  std::filesystem::path socket_directory_;
  int port_ = 5432;
  bool adopted_ = false;
  // Owned by the supervising thread while it runs, by start() and stop() otherwise.
  std::optional<Process> process_;
  std::atomic<pid_t> postmaster_{0};
  Fd wake_;  // eventfd: the supervising thread is to end
  std::stop_source stopping_;
  std::thread supervisor_;
};

}  // namespace tracker::embedded
