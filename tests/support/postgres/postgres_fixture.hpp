#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <map>
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

  // Its files lie in a new folder under `parent`, whose path must be short (a socket's has 107
  // bytes at most). `environment` is added to the postmaster's.
  using Environment = std::map<std::string, std::string>;
  explicit PostgresCluster(Durability durability, const std::filesystem::path& parent = "/tmp",
                           Environment environment = {});
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // The connection string of a new, empty database. Any thread.
  std::string fresh_database();
  std::string dsn(const std::string& database) const;

  // SIGKILL to the postmaster and start again on the same data. Connections break. On the main
  // thread only: the kernel ends the cluster with the thread that started it.
  void crash_and_restart();

  // For tests that time the end and the beginning themselves; as crash_and_restart(). stop() sends
  // the postmaster a signal (SIGKILL, SIGQUIT: at once, SIGINT: in order) and waits for its end.
  void stop(int signal);
  void start();
  bool running();
  pid_t pid() const noexcept { return pid_; }
  const std::filesystem::path& socket_directory() const noexcept { return root_; }

 private:
  void launch();
  std::string run(const std::string& command) const;
  std::string as_user() const;

  Durability durability_;
  Environment environment_;
  std::filesystem::path root_;
  pid_t pid_ = -1;
  std::atomic<int> next_database_{0};
};

}  // namespace tracker::test
