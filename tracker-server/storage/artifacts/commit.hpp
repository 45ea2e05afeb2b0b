#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifact/manifest.hpp"
#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Commits of uploads.
namespace tracker::storage {

inline constexpr std::size_t kMostAliases = 64, kMostTags = 64;  // of a version

struct VersionCommit {
  ArtifactUploadId upload;
  artifact::Sha256 digest;  // of `manifest`
  std::string_view manifest;
  artifact::Contents contents;  // of `manifest`
  std::vector<std::string> aliases, tags;
  std::string description;
  std::string metadata_json = "{}";
  std::optional<core::RunId> run;      // that made it
  std::optional<std::int64_t> ttl_us;  // absent: the collection's; 0: for ever
  std::int64_t now_us = 0;
};

struct CommittedVersion {
  ArtifactVersion version;
  bool created = false;  // false: the collection had this content
};

// Makes the version, with its aliases and all that belongs to it, or nothing, in one transaction;
// or finds the one with equal content, which then lives until the later of the two ends. An upload
// that is committed already gives the same answer again. Names, metadata and manifest have been
// checked.
// Errors: Error(kFailedPrecondition) that names a chunk which is missing, another type, or too many
// aliases or tags; kNotFound for an upload or a run that is not there; kInvalidArgument for a run
// of another project or a chunk of another size; kUnavailable, PgError.
CommittedVersion commit_version(Database& database, const VersionCommit& commit);

}  // namespace tracker::storage
