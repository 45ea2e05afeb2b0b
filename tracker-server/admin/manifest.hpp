#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "storage/whole_database.hpp"

// manifest.json of a backup: what is in it. Format: docs/server.md, "Backup".
namespace tracker::admin {

inline constexpr int kBackupFormat = 1;

struct BackupFile {
  std::uintmax_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  int format = kBackupFormat;
  std::string version;  // of the program
  int schema_version = 0, postgres_major = 0;
  std::int64_t made_us = 0;
  std::int64_t database_bytes = 0;
  storage::TableCounts rows;
  std::map<std::string, BackupFile> files;  // by path below the backup
};

// Whole or not at all. Throws Error(kUnavailable).
void write_manifest(const std::filesystem::path& backup, const Manifest& manifest);
// Throws Error(kNotFound | kInvalidArgument | kFailedPrecondition) that says what is wrong with it.
Manifest read_manifest(const std::filesystem::path& backup);

// Hashes every file below `backup` but the manifest, and makes it durable. Throws Error.
std::map<std::string, BackupFile> hash_files(const std::filesystem::path& backup);
// Throws Error(kDataLoss) that names the first file that is missing, too many or another one.
void verify_files(const std::filesystem::path& backup, const Manifest& manifest);

}  // namespace tracker::admin
