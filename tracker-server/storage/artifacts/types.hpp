#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "artifact/sha256.hpp"
#include "core/ids.hpp"

// What the database holds of artifacts. Rules: docs/artifacts.md; tables: docs/storage.md,
// "Artifacts". Times are microseconds since the epoch.
namespace tracker::storage {

struct ArtifactVersionTag {
  static constexpr const char* kName = "artifact version";
};
struct ArtifactCollectionTag {
  static constexpr const char* kName = "artifact collection";
};
struct ArtifactUploadTag {
  static constexpr const char* kName = "artifact upload";
};
using ArtifactVersionId = core::Id<ArtifactVersionTag>;
using ArtifactCollectionId = core::Id<ArtifactCollectionTag>;
using ArtifactUploadId = core::Id<ArtifactUploadTag>;

struct ArtifactVersion {
  std::int64_t row = 0, collection_row = 0;  // inside the database
  ArtifactVersionId id;
  std::string project, name, type;  // `name` is the collection's
  std::uint32_t number = 0;
  std::vector<std::string> aliases;  // rising; "latest" among them
  std::vector<std::string> tags;     // rising
  std::string description;
  std::string metadata_json;  // an object
  artifact::Sha256 digest;    // of the manifest
  std::uint64_t manifest_bytes = 0, files = 0, size_bytes = 0;
  std::uint64_t added_bytes = 0;  // of chunks that no earlier version held
  std::int64_t created_us = 0;
  std::optional<std::int64_t> expires_us, deleted_us, purge_us;
  std::optional<core::RunId> run;  // that made it
};

// A version by its id, or by project, collection and "v3", an alias, or "latest" (also if empty).
struct ArtifactRef {
  std::optional<ArtifactVersionId> id;
  std::string project, name, version;
};

struct ArtifactCollection {
  std::int64_t row = 0;
  ArtifactCollectionId id;
  std::string project, name, type, description;
  std::uint64_t versions = 0, size_bytes = 0;  // of versions that live
  std::optional<std::uint32_t> latest;
  std::vector<std::string> aliases;  // of all versions, without "latest", rising
  std::optional<core::RunId> run;    // that made the latest
  std::int64_t created_us = 0, updated_us = 0;
  std::optional<std::int64_t> ttl_us;
  std::optional<std::uint32_t> keep_versions;
};

}  // namespace tracker::storage
