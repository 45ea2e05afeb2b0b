#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "admin/manifest.hpp"

// Backups, by pg_dump and pg_restore. What a backup is: docs/server.md, "Backup".
namespace tracker::admin {

struct BackupOptions {
  std::string dsn;
  std::filesystem::path directory;  // must not exist
  std::string version;              // of this program
  int jobs = 2;
};

// The database as of one moment, while others log on. It is written beside `directory` under a
// temporary name, looked at again, and renamed: `directory` is whole or not there. Throws Error.
Manifest backup(const BackupOptions& options, std::stop_token stop);

struct RestoreOptions {
  std::string dsn;  // of an empty database
  std::filesystem::path directory;
  int jobs = 1;  // 1: in one transaction, all or nothing
};

// Looks at every file first. Throws Error(kFailedPrecondition) when the database is not empty, or
// older than the backup; kDataLoss when the backup is damaged, or the database does not hold what
// the manifest says afterwards.
Manifest restore(const RestoreOptions& options, std::stop_token stop);

// What can be said of a backup without a database: the manifest, the program that may read it, and
// every file. Throws as restore.
Manifest verify_backup(const std::filesystem::path& directory);

}  // namespace tracker::admin
