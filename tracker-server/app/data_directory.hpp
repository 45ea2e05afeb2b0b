#pragma once

#include <filesystem>
#include <string>

#include "base/fd.hpp"

// DATA_DIR, held by one server at a time. Layout: docs/server.md.
namespace tracker::app {

inline constexpr int kDataVersion = 1;

class DataDirectory {
 public:
  // Makes it if absent and locks it. Throws Error: kAlreadyExists if another server holds it, with
  // its process number; kFailedPrecondition if it is of another version, or is not ours (files in
  // it, but no VERSION); kUnavailable if it cannot be made or written.
  explicit DataDirectory(std::filesystem::path path);
  // Removes server.json if announce() wrote it, and unlocks.
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  // Writes server.json, at once as a whole: the server is ready, and can be reached there.
  void announce(const std::string& http_url, const std::string& grpc_target);
  void withdraw() noexcept;

 private:
  void make();
  void lock();
  void check_version() const;

  std::filesystem::path path_;
  base::Fd lock_;
  bool announced_ = false;
};

}  // namespace tracker::app
