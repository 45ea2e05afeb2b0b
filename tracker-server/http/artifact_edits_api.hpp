#pragma once

#include "http/api.hpp"

// Changes of artifacts and their versions: docs/http-api.md, "Artifacts". Each is one transaction;
// what is refused changes nothing. Deletions are told to the audit log.
namespace tracker::http {

Response patch_artifact(const ApiContext& context, const Request& request);
Response patch_artifact_version(const ApiContext& context, const Request& request);
Response delete_artifact_version(const ApiContext& context, const Request& request);
Response restore_artifact_version(const ApiContext& context, const Request& request);
// Points an alias to the version, away from any other.
Response post_artifact_alias(const ApiContext& context, const Request& request);
// Takes it away from this version; one that points elsewhere is not there.
Response delete_artifact_alias(const ApiContext& context, const Request& request);

}  // namespace tracker::http
