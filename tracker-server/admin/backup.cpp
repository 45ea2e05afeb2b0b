#include "admin/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include <tracker/error.hpp>

#include "admin/postgres_tools.hpp"
#include "base/fd.hpp"
#include "core/clock.hpp"
#include "storage/migrate.hpp"

namespace tracker::admin {
namespace {

namespace fs = std::filesystem;

// Removed again unless it is kept.
class PartDirectory {
 public:
  explicit PartDirectory(const fs::path& target)
      : path_(target.string() + fmt::format(".part-{}", ::getpid())) {
    std::error_code error;
    if (!fs::create_directories(path_, error))
      throw Error(ErrorCode::kUnavailable,
                  fmt::format("cannot make {}: {}", path_.string(), error.message()));
    fs::permissions(path_, fs::perms::owner_all);
  }
  ~PartDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PartDirectory(const PartDirectory&) = delete;
  PartDirectory& operator=(const PartDirectory&) = delete;
  const fs::path& path() const noexcept { return path_; }

  void keep_as(const fs::path& target) {
    fs::rename(path_, target);
    const base::Fd folder(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder) ::fsync(folder.get());
  }

 private:
  fs::path path_;
};

// pg_restore must find the data of each table in it. Lines: "3385; 0 16391 TABLE DATA public run
// tracker".
void verify_list(const fs::path& list, const storage::TableCounts& rows) {
  std::set<std::string> found;
  std::ifstream in(list);
  for (std::string line; std::getline(in, line);) {
    const auto at = line.find(" TABLE DATA ");
    if (at == std::string::npos) continue;
    std::istringstream words(line.substr(at + 12));
    std::string schema, table;
    words >> schema >> table;
    found.insert(table);
  }
  for (const auto& [table, count] : rows) {
    // A partitioned table has its data in its partitions.
    if (!found.contains(table == "frame" ? "frame_0" : table))
      throw Error(ErrorCode::kDataLoss,
                  fmt::format("the dump does not have table {}: report this as a defect", table));
  }
}

}  // namespace

Manifest backup(const BackupOptions& options, std::stop_token stop) {
  const fs::path target = fs::absolute(options.directory).lexically_normal();
  if (fs::exists(target))
    throw Error(ErrorCode::kAlreadyExists,
                fmt::format("{} exists: give a directory that does not", target.string()));
  storage::ExportedSnapshot snapshot(options.dsn);
  Manifest manifest;
  manifest.version = options.version;
  manifest.schema_version = snapshot.schema_version();
  manifest.postgres_major = snapshot.server_major();
  manifest.database_bytes = snapshot.bytes();
  manifest.made_us = core::SystemClock().now_us();
  if (manifest.schema_version == 0)
    throw Error(ErrorCode::kFailedPrecondition,
                "this database was not made by tracker-server: see --database-url");
  const PostgresTools tools = find_tools(manifest.postgres_major);
  const storage::ClientEnvironment environment = storage::client_environment(options.dsn);
  PartDirectory part(target);
  const fs::path dump = part.path() / "database";
  run_tool({{tools.pg_dump.string(), "--format=directory",
             fmt::format("--jobs={}", std::max(1, options.jobs)), "--compress=1",
             "--snapshot=" + snapshot.id(), "--no-owner", "--no-privileges", "--no-password",
             "--lock-wait-timeout=60s", "--file=" + dump.string()},
            environment,
            part.path() / "pg_dump.log"},
           stop);
  manifest.rows = snapshot.counts();
  run_tool({{tools.pg_restore.string(), "--list", dump.string()},
            environment,
            part.path() / "contents.txt"},
           stop);
  verify_list(part.path() / "contents.txt", manifest.rows);
  manifest.files = hash_files(part.path());
  write_manifest(part.path(), manifest);
  part.keep_as(target);
  return manifest;
}

Manifest verify_backup(const fs::path& directory) {
  const Manifest manifest = read_manifest(directory);
  if (manifest.schema_version > storage::schema_version())
    throw Error(
        ErrorCode::kFailedPrecondition,
        fmt::format("the backup has schema version {}, this program knows up to {}: use the "
                    "tracker-admin of version {} or newer",
                    manifest.schema_version, storage::schema_version(), manifest.version));
  verify_files(directory, manifest);
  return manifest;
}

Manifest restore(const RestoreOptions& options, std::stop_token stop) {
  const fs::path directory = fs::absolute(options.directory).lexically_normal();
  const Manifest manifest = verify_backup(directory);
  if (!storage::is_empty_database(options.dsn))
    throw Error(ErrorCode::kFailedPrecondition,
                "the database is not empty: restore into an empty one, or a new --data-dir");
  const int major = storage::server_major(options.dsn);
  if (major < manifest.postgres_major)
    throw Error(ErrorCode::kFailedPrecondition,
                fmt::format("the backup is of PostgreSQL {}, this is {}: use a newer one",
                            manifest.postgres_major, major));
  const PostgresTools tools = find_tools(major);
  const storage::ClientEnvironment environment = storage::client_environment(options.dsn);
  std::vector<std::string> arguments = {
      tools.pg_restore.string(), "--exit-on-error", "--no-owner",
      "--no-privileges",         "--no-password",   "--dbname=" + environment.database};
  arguments.push_back(options.jobs <= 1 ? "--single-transaction"
                                        : fmt::format("--jobs={}", options.jobs));
  arguments.push_back((directory / "database").string());
  const fs::path log =
      fs::temp_directory_path() / fmt::format("tracker-restore-{}.log", ::getpid());
  run_tool({arguments, environment, log}, stop);
  std::error_code ignored;
  fs::remove(log, ignored);
  const storage::TableCounts rows = storage::count_tables(options.dsn);
  for (const auto& [table, count] : manifest.rows) {
    const auto found = rows.find(table);
    if (found != rows.end() && found->second == count) continue;
    throw Error(
        ErrorCode::kDataLoss,
        fmt::format("table {} has {} rows and the manifest says {}: do not use this database",
                    table, found == rows.end() ? 0 : found->second, count));
  }
  storage::analyze_database(options.dsn);
  return manifest;
}

}  // namespace tracker::admin
