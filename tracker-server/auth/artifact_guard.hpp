#pragma once

#include "auth/guard.hpp"
#include "storage/artifacts/lineage.hpp"
#include "storage/artifacts/types.hpp"
#include "storage/artifacts/versions.hpp"

// What requests about artifacts show their guard (docs/access.md). What the caller may not see is
// kNotFound, in the words for what is not there. Block on the database.
namespace tracker::auth {

// The version, once its project was shown.
storage::ArtifactVersion shown_version(
    Guard& guard, storage::Database& database, const storage::ArtifactRef& ref,
    storage::DeletedVersions deleted = storage::DeletedVersions::kHidden);
// The same for who has shown another project, and needs to see this one only.
storage::ArtifactVersion visible_version(Guard& guard, storage::Database& database,
                                         const storage::ArtifactRef& ref);

// False if there is no such upload, which is nobody's.
bool show_upload(Guard& guard, storage::Database& database, storage::ArtifactUploadId upload);

// What hangs together may lie in projects that the caller may not see: it is left out.
void keep_visible(Guard& guard, storage::Database& database, storage::Lineage& lineage);
void keep_visible(Guard& guard, storage::Database& database,
                  std::vector<storage::ArtifactVersion>& versions);

}  // namespace tracker::auth
