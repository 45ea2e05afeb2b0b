#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <string>

// A private PostgreSQL cluster for one test program: made under a temporary directory, listening on
// a Unix socket only, run under an unprivileged user when the tests are root. It ends with the
// program, also when that is killed.
namespace tracker::test {

enum class Durability {
  kNone,
  kFull
};  // kNone: no fsync, for speed; what a test of crashes of the machine would need is kFull

class PostgresCluster {
 public:
  // The program's cluster, started when first asked for. Throws std::runtime_error with the log's
  // tail if it cannot be.
  static PostgresCluster& instance();

  explicit PostgresCluster(Durability durability);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // The connection string of a new, empty database. Any thread.
  std::string fresh_database();
  std::string dsn(const std::string& database) const;

  // SIGKILL to the postmaster and start again on the same data. Connections break. On the main
  // thread only: the kernel ends the cluster with the thread that started it.
  void crash_and_restart();

 private:
  void start();
  void stop(int signal);
  std::string run(const std::string& command) const;
  std::string as_user() const;

  Durability durability_;
  std::filesystem::path root_;
  pid_t pid_ = -1;
  std::atomic<int> next_database_{0};
};

}  // namespace tracker::test
