#pragma once

#include <cstdint>
#include <string>

#include "artifact/manifest.hpp"
#include "artifacts/uploads.hpp"
#include "storage/artifacts/edits.hpp"
#include "storage/artifacts/lineage.hpp"
#include "storage/artifacts/versions.hpp"
#include "tracker/v1/artifacts.pb.h"

// What the messages of proto/tracker/v1/artifacts.proto say, as values of the server, and back.
// What cannot be meant is an Error(kInvalidArgument).
namespace tracker::rpc {

void fill(const storage::ArtifactVersion& version, v1::ArtifactVersion& out);
void fill(const storage::ArtifactCollection& collection, v1::ArtifactCollection& out);
void fill(const artifact::Entry& entry, v1::ArtifactFile& out);
void fill(const storage::Lineage& lineage, v1::Lineage& out);

storage::ArtifactRef ref_of(const v1::ArtifactRef& ref);
artifacts::CommitRequest commit_of(const v1::CommitHeader& header);
// Checked.
storage::VersionUpdate update_of(const v1::UpdateVersionRequest& request);
storage::CollectionUpdate update_of(const v1::UpdateCollectionRequest& request);
storage::ArtifactDeletion deletion_of(std::uint64_t grace_s, std::int64_t now_us);
core::RunId run_of(const std::string& text);

// 200 if nothing is said, at most 1,000.
storage::ArtifactPage page_of(std::uint32_t size, const std::string& token);

}  // namespace tracker::rpc
