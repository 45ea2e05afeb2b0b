#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Deleting runs and projects, and bringing them back. Rules: docs/storage.md, "Deletion". Marking
// is one short transaction; the data go later, by purge_run. Each function is a transaction of its
// own, from any thread and any server. Errors: Error(kNotFound | kFailedPrecondition |
// kUnavailable), PgError.
namespace tracker::storage {

// When what is deleted at `now_us` goes for good.
struct DeleteAt {
  std::int64_t now_us = 0;
  std::int64_t grace_us = 0;  // 0: at once
};

struct DeletedRun {
  core::RunId id;
  std::string project, name;
  std::int64_t deleted_us = 0, purge_us = 0;
  bool purging = false;  // data are gone in part
};

// Marks the run: from now on nobody sees it, and its streams are refused. One that is deleted
// already stays deleted, and goes at the earlier of the two times. kNotFound for an unknown one.
DeletedRun delete_run(Database& database, core::RunId run, const DeleteAt& at);

// Brings it back as it was: with everything that was acknowledged. Its relays deliver the rest
// (`tracker sync`). kNotFound when no such run is deleted, kFailedPrecondition when its data have
// begun to go.
void restore_run(Database& database, core::RunId run);

// Marks the project and all its runs; how many runs.
std::size_t delete_project(Database& database, std::string_view name, const DeleteAt& at);
// Brings it back, with the runs that went with it and can still be brought back; how many.
std::size_t restore_project(Database& database, std::string_view name);

// Runs of a project that are deleted and can be brought back, last deleted first, 1,000 at most.
std::vector<DeletedRun> list_deleted_runs(Database& database, std::string_view project);

// Deleted runs of that name in the project, last deleted first.
std::vector<DeletedRun> find_deleted_runs(Database& database, std::string_view project,
                                          std::string_view name);

}  // namespace tracker::storage
