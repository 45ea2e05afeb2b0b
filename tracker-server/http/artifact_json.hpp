#pragma once

#include <nlohmann/json_fwd.hpp>

#include "artifact/manifest.hpp"
#include "storage/artifacts/lineage.hpp"
#include "storage/artifacts/types.hpp"

// Artifacts as the JSON of docs/http-api.md.
namespace tracker::http {

nlohmann::json artifact_json(const storage::ArtifactCollection& collection);
nlohmann::json artifact_version_json(const storage::ArtifactVersion& version);
nlohmann::json artifact_file_json(const artifact::Entry& entry);
nlohmann::json lineage_json(const storage::Lineage& lineage);

}  // namespace tracker::http
