#include "app/store.hpp"

#include <fmt/format.h>

#include <tracker/error.hpp>

#include "embedded/running_cluster.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;

embedded::EmbeddedPostgresOptions postgres_options(const fs::path& data_directory) {
  embedded::EmbeddedPostgresOptions options;
  options.data_directory = data_directory;
  return options;
}

// Also of one that was killed with its cluster running.
void remove_leftover(const fs::path& part) {
  if (!fs::exists(part)) return;
  if (fs::exists(part / "postgres" / "postmaster.pid") && fs::exists(part / "VERSION")) {
    const DataDirectory directory(part);
    embedded::EmbeddedPostgres postgres(postgres_options(part));
    postgres.start();
    postgres.stop();
  }
  fs::remove_all(part);
}

}  // namespace

Store::Store(const StoreOptions& options, std::stop_token stop) {
  if (options.database_url) {
    dsn_ = *options.database_url;
    return;
  }
  const fs::path data = fs::absolute(options.data_directory).lexically_normal();
  if (!fs::exists(data / "VERSION"))
    throw Error(
        ErrorCode::kNotFound,
        fmt::format("{} is no data directory of tracker-server: see --data-dir", data.string()));
  if (!fs::exists(data / "postgres" / "PG_VERSION"))
    throw Error(ErrorCode::kFailedPrecondition,
                fmt::format("{} has no PostgreSQL of its own: give the server's --database-url",
                            data.string()));
  try {
    directory_.emplace(data);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kAlreadyExists) throw;
    const auto running = embedded::running_cluster(data);
    if (!running)
      throw Error(ErrorCode::kUnavailable,
                  fmt::format("a server works on {} and its PostgreSQL does not run: try again, or "
                              "give its --database-url",
                              data.string()));
    dsn_ = *running;
    return;
  }
  postgres_.emplace(postgres_options(data));
  postgres_->start(stop);
  dsn_ = postgres_->connection_string();
}

Store::~Store() {
  if (postgres_) postgres_->stop();
}

FreshStore::Running::Running(const fs::path& path, std::stop_token stop)
    : directory(path), postgres(postgres_options(path)) {
  postgres.start(stop);
  dsn = postgres.connection_string();
}

FreshStore::FreshStore(fs::path data_directory, std::stop_token stop)
    : target_(fs::absolute(std::move(data_directory)).lexically_normal()),
      part_(target_.string() + ".restoring") {
  if (fs::exists(target_) && !fs::is_empty(target_))
    throw Error(ErrorCode::kFailedPrecondition,
                fmt::format("{} is not empty: restore into a new --data-dir", target_.string()));
  remove_leftover(part_);
  store_.emplace(part_, stop);
}

FreshStore::~FreshStore() {
  if (!store_) return;
  store_->postgres.stop();
  store_.reset();
  std::error_code ignored;
  fs::remove_all(part_, ignored);
}

void FreshStore::keep() {
  store_->postgres.stop();
  fs::remove(target_);  // an empty one
  fs::rename(part_, target_);
  store_.reset();
}

}  // namespace tracker::app
