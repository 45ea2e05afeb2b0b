#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "app/data_directory.hpp"
#include "embedded/embedded_postgres.hpp"

// The database that a server works on, or would, for tracker-admin. If the server of a data
// directory runs, its private cluster is shared; if not, the cluster is started for as long as this
// object lives, and the data directory is locked against a server.
namespace tracker::app {

struct StoreOptions {
  std::filesystem::path data_directory;  // one of the two
  std::optional<std::string> database_url;
};

class Store {
 public:
  // Throws Error: kNotFound when the directory is no data directory, kFailedPrecondition when it
  // has no private cluster, kUnavailable.
  Store(const StoreOptions& options, std::stop_token stop);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& dsn() const noexcept { return dsn_; }

 private:
  std::optional<DataDirectory> directory_;  // before the cluster: unlocked after it has stopped
  std::optional<embedded::EmbeddedPostgres> postgres_;
  std::string dsn_;
};

// A new data directory with an empty private cluster, made under a temporary name beside it; what a
// killed one left there is removed. It takes its name with keep(): before that a server finds
// nothing.
class FreshStore {
 public:
  // Throws Error(kFailedPrecondition) when `data_directory` is there and not empty.
  FreshStore(std::filesystem::path data_directory, std::stop_token stop);
  ~FreshStore();  // removes it unless it was kept

  const std::string& dsn() const noexcept { return store_->dsn; }
  void keep();  // stops the cluster

 private:
  struct Running {
    explicit Running(const std::filesystem::path& path, std::stop_token stop);
    DataDirectory directory;
    embedded::EmbeddedPostgres postgres;
    std::string dsn;
  };
  std::filesystem::path target_, part_;
  std::optional<Running> store_;
};

}  // namespace tracker::app
