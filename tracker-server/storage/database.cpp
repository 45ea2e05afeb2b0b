#include "storage/database.hpp"

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

#include "storage/meters.hpp"

namespace tracker::storage {
namespace {

constexpr std::chrono::seconds kLeaseWait{10};

// Idle connections of one kind, and a count of all of them.
template <class Connection>
class Pool {
 public:
  explicit Pool(PoolMeters& meters) : meters_(meters) {}
  ~Pool() {
    meters_.open.add(-static_cast<std::int64_t>(open_));
    meters_.idle.add(-static_cast<std::int64_t>(idle_.size()));
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // An idle connection, or nullptr when the caller may open one. Waits for either.
  std::unique_ptr<Connection> take(std::size_t limit) {
    std::unique_lock lock(mutex_);
    const auto free = [&] { return !idle_.empty() || open_ < limit; };
    if (!free()) wait(lock, free);
    if (idle_.empty()) {
      ++open_;
      meters_.open.add(1);
      return nullptr;
    }
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    meters_.idle.add(-1);
    return connection;
  }

  // Takes a connection back; nullptr: it is gone.
  void give(std::unique_ptr<Connection> connection) {
    {
      const std::lock_guard lock(mutex_);
      if (connection) {
        idle_.push_back(std::move(connection));
        meters_.idle.add(1);
      } else {
        --open_;
        meters_.open.add(-1);
      }
    }
    changed_.notify_one();
  }

 private:
  template <class Free>
  void wait(std::unique_lock<std::mutex>& lock, const Free& free) {
    const auto since = std::chrono::steady_clock::now();
    const bool found = changed_.wait_for(lock, kLeaseWait, free);
    meters_.waits.observe(std::chrono::steady_clock::now() - since);
    if (found) return;
    meters_.timeouts.add();
    throw Error(ErrorCode::kResourceExhausted,
                "all database connections are busy; try again in a moment");
  }

  PoolMeters& meters_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;
};

// An idle connection to which the server has something to say is being ended by it, or has been.
bool is_quiet(const pqxx::connection& connection) {
  pollfd socket{connection.sock(), POLLIN, 0};
  return connection.is_open() && ::poll(&socket, 1, 0) == 0;
}

}  // namespace

struct Database::Pools {
  DatabaseOptions options;
  Pool<pqxx::connection> sql{meters().sql};
  Pool<PgConnection> pg{meters().pg};
};

Database::Database(DatabaseOptions options) : pools_(std::make_unique<Pools>()) {
  pools_->options = std::move(options);
  meters().most_connections.set(static_cast<std::int64_t>(pools_->options.max_connections));
}
Database::~Database() = default;
const DatabaseOptions& Database::options() const noexcept { return pools_->options; }

Database::SqlLease::SqlLease(Database& database,
                             std::unique_ptr<pqxx::connection> connection) noexcept
    : database_(&database), connection_(std::move(connection)) {}
Database::SqlLease::SqlLease(SqlLease&&) noexcept = default;
Database::SqlLease::~SqlLease() {
  if (!connection_) return;
  if (!connection_->is_open()) connection_.reset();
  database_->pools_->sql.give(std::move(connection_));
}

Database::PgLease::PgLease(Database& database, std::unique_ptr<PgConnection> connection) noexcept
    : database_(&database), connection_(std::move(connection)) {}
Database::PgLease::PgLease(PgLease&&) noexcept = default;
Database::PgLease::~PgLease() {
  if (!connection_) return;
  if (connection_->broken() || connection_->in_transaction()) connection_.reset();
  database_->pools_->pg.give(std::move(connection_));
}

Database::SqlLease Database::sql() {
  std::unique_ptr<pqxx::connection> connection = pools_->sql.take(pools_->options.max_connections);
  if (connection && is_quiet(*connection)) return SqlLease(*this, std::move(connection));
  try {
    connection = std::make_unique<pqxx::connection>(with_timeouts(pools_->options.dsn));
    connection->set_variable("client_min_messages", "warning");
    // Compiling takes longer than any of these statements.
    connection->set_variable("jit", "off");
    connection->set_variable("statement_timeout",
                             std::to_string(pools_->options.statement_timeout_ms));
  } catch (const pqxx::failure& failure) {
    pools_->sql.give(nullptr);
    throw Error(ErrorCode::kUnavailable, "cannot reach the database", failure.what());
  }
  return SqlLease(*this, std::move(connection));
}

Database::PgLease Database::pg() {
  std::unique_ptr<PgConnection> connection = pools_->pg.take(pools_->options.max_connections);
  // One that the server closed meanwhile, by a restart perhaps, is replaced here rather than
  // failing its user.
  if (connection && connection->usable()) return PgLease(*this, std::move(connection));
  try {
    connection =
        std::make_unique<PgConnection>(pools_->options.dsn, pools_->options.statement_timeout_ms);
  } catch (...) {
    pools_->pg.give(nullptr);
    throw;
  }
  return PgLease(*this, std::move(connection));
}

void Database::ping() { pg()->run("SELECT 1"); }

}  // namespace tracker::storage
