#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Changes of collections and versions. Each function is a transaction of its own, from any thread.
// Names, texts and metadata have been checked. Errors: Error(kNotFound), kFailedPrecondition for
// what cannot be in the state that things have, kUnavailable, PgError.
namespace tracker::storage {

// Points the alias to the version, away from any other of the collection: a reader sees the one or
// the other.
ArtifactVersion set_alias(Database& database, const ArtifactRef& ref, const std::string& alias);
void remove_alias(Database& database, std::string_view project, std::string_view name,
                  std::string_view alias);
// Only if it points to this version: one that was moved meanwhile stays.
ArtifactVersion remove_alias(Database& database, const ArtifactRef& ref, const std::string& alias);

// What is absent stays as it is.
struct VersionUpdate {
  std::optional<std::string> description, metadata_json;
  std::vector<std::string> add_tags, remove_tags;
  std::optional<std::int64_t> ttl_us;  // from the commit; 0: for ever
};
ArtifactVersion update_version(Database& database, const ArtifactRef& ref,
                               const VersionUpdate& update);

struct CollectionUpdate {
  std::optional<std::string> description;
  std::optional<std::int64_t> ttl_us;          // of versions to come; 0: for ever
  std::optional<std::uint32_t> keep_versions;  // 0: all
};
ArtifactCollection update_collection(Database& database, std::string_view project,
                                     std::string_view name, const CollectionUpdate& update);

struct ArtifactDeletion {
  std::int64_t now_us = 0;
  std::int64_t grace_us = 0;  // 0: it goes with the next collection of garbage
  bool with_aliases = false;  // else a version that has some of its own is not deleted
};
// Hides the version, and takes its aliases away. One that is deleted already goes at the earlier of
// the two times.
ArtifactVersion delete_version(Database& database, const ArtifactRef& ref,
                               const ArtifactDeletion& deletion);
// Brings it back, without its aliases, and its collection as well. It stays: an end that has passed
// is forgotten, and its collection's keep_versions passes it over. kFailedPrecondition once its
// grace is over, or if another version has its content now.
ArtifactVersion restore_version(Database& database, const ArtifactRef& ref, std::int64_t now_us);

// The collection with all its versions; how many were deleted with it.
std::size_t delete_collection(Database& database, std::string_view project, std::string_view name,
                              const ArtifactDeletion& deletion);

}  // namespace tracker::storage
