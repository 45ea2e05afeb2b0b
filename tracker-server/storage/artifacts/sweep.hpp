#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// What the collection of garbage does in the database, in small steps. Each function is a
// transaction of its own, safe to kill and to run on any number of servers at once, while uploads
// and commits run. Rules: docs/artifacts.md, "Garbage collection". Errors: Error(kUnavailable),
// PgError.
namespace tracker::storage {

struct RetiredVersion {
  ArtifactVersionId id;
  std::string project, name;
  std::uint32_t number = 0;
};
// Deletes versions whose time to live is over, and those beyond their collection's keep_versions,
// unless an alias holds them; keep_versions passes over those that were brought back. At most
// `limit` of each.
std::vector<RetiredVersion> retire_versions(PgConnection& connection, std::int64_t now_us,
                                            std::int64_t grace_us, std::size_t limit);

// Removes uploads that were given up or that nobody called for in time, and those whose commit was
// a day ago; how many were not committed.
std::size_t drop_expired_uploads(PgConnection& connection, std::int64_t now_us, std::size_t limit);

// Removes a version whose grace is over, with all it holds; false if there is none.
bool purge_version(PgConnection& connection, std::int64_t now_us);

// Removes deleted collections that have no version left, and uploads and collections of deleted
// projects that have no run left; how many collections.
std::size_t drop_empty_collections(PgConnection& connection);

struct SweptChunks {
  std::size_t chunks = 0;
  std::uint64_t bytes = 0;
  std::int64_t behind = 0;  // go on with chunks of a greater number; 0: there is none
};
// Looks at `limit` chunks with numbers greater than `after` and removes those that nobody holds.
// Objects outside are registered for removal at `now_us`.
SweptChunks sweep_chunks(PgConnection& connection, std::int64_t after, std::int64_t now_us,
                         std::size_t limit);

// Objects of the store with that prefix whose time has come: from now on none of them becomes a
// chunk's, so they can be removed. forget_objects() when they are; those of a collector that died
// in between come again.
std::vector<std::string> objects_to_remove(PgConnection& connection, std::string_view prefix,
                                           std::int64_t now_us, std::size_t limit);
void forget_objects(PgConnection& connection, const std::vector<std::string>& objects);

}  // namespace tracker::storage
