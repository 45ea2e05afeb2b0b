#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Reading collections, versions and manifests. Each function is one statement or two, from any
// thread. Errors: Error(kNotFound) that names what is not there, kInvalidArgument for a page token
// of another list, kUnavailable, PgError.
namespace tracker::storage {

enum class DeletedVersions { kHidden, kFound };

// kNotFound, in the words that all use for it.
Error no_such_version(const ArtifactRef& ref);

// What the reference names now. Deleted versions are found by id or number only, if at all.
ArtifactVersion find_version(Database& database, const ArtifactRef& ref,
                             DeletedVersions deleted = DeletedVersions::kHidden);

struct ArtifactPage {
  std::size_t limit = 200;  // at least 1; the caller bounds it
  std::string after;        // of the page before; empty for the first
};
template <class Item>
struct ArtifactList {
  std::vector<Item> items;
  std::string next;  // empty on the last page
};

ArtifactCollection find_collection(Database& database, std::string_view project,
                                   std::string_view name);
// By name. An empty type is all of them.
ArtifactList<ArtifactCollection> list_collections(Database& database, std::string_view project,
                                                  std::string_view type, const ArtifactPage& page);

enum class VersionsListed { kLiving, kDeleted };
// Newest first.
ArtifactList<ArtifactVersion> list_versions(Database& database, std::string_view project,
                                            std::string_view name, VersionsListed which,
                                            const ArtifactPage& page);

// The versions a run made and used, newest first, 1,000 of each at most.
struct ArtifactsOfRun {
  std::vector<ArtifactVersion> produced, used;
};
ArtifactsOfRun artifacts_of_run(Database& database, core::RunId run);

// The manifest's bytes, compared with the digest: Error(kDataLoss) if they are not what was stored.
std::string read_manifest(Database& database, const ArtifactVersion& version);

}  // namespace tracker::storage
