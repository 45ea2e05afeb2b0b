#pragma once

#include <filesystem>
#include <optional>
#include <vector>

// Where PostgreSQL's programs (initdb, postgres) lie on this machine.
namespace tracker::embedded {

struct PostgresBinaries {
  std::filesystem::path initdb;
  std::filesystem::path postgres;
  int major = 0;  // of `postgres`
};

struct PostgresSearch {
  // Folder of versions: <versions>/<major>/bin.
  std::filesystem::path versions = "/usr/lib/postgresql";
  // Folders searched when there is no version there; empty means $PATH.
  std::vector<std::filesystem::path> path;
};

// The programs of version `major`, or the highest at least kOldestPostgres if none is asked for.
// Throws Error(kFailedPrecondition) that says which package to install.
PostgresBinaries find_postgres(std::optional<int> major, const PostgresSearch& search = {});

inline constexpr int kOldestPostgres = 15;

}  // namespace tracker::embedded
