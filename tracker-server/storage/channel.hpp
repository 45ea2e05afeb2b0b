#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;

// LISTEN and NOTIFY on a connection of its own. A pooled connection would do for neither: a
// listener must stay, and a notification waits for the lock that all notifying commits of the
// cluster take, which nothing that writes data may hold.
namespace tracker::storage {

struct Notification {
  std::string payload;
  bool own = false;  // this connection sent it
};

// Belongs to one thread. Commits of notify() are asynchronous: a crash of the database may lose
// one, which nobody minds since listeners look for themselves now and then.
class Channel {
 public:
  // `name` is an identifier. Throws Error(kUnavailable).
  Channel(const std::string& dsn, const std::string& name);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  static constexpr std::size_t kPayloadBytes = 7'999;  // PostgreSQL's limit

  // Throws Error(kUnavailable) when the connection broke, PgError for a refusal.
  void notify(const std::string& payload);

  // Waits until something was heard, `wake` (a descriptor) is readable, or the time is over;
  // returns what was heard. Throws Error(kUnavailable) when the connection broke.
  std::vector<Notification> wait(std::chrono::milliseconds time, int wake);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const noexcept;
  };
  [[noreturn]] void fail(const char* what) const;
  void command(const std::string& sql);
  std::vector<Notification> take();

  std::string name_;
  std::unique_ptr<pg_conn, Finish> connection_;
};

}  // namespace tracker::storage
