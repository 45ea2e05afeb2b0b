#pragma once

#include "http/api.hpp"

// Artifacts as the dashboard reads them: docs/http-api.md, "Artifacts".
namespace tracker::http {

Response get_artifacts(const ApiContext& context, const Request& request);
Response get_artifact_versions(const ApiContext& context, const Request& request);
Response get_artifact_version(const ApiContext& context, const Request& request);
Response get_artifact_files(const ApiContext& context, const Request& request);
// The bytes of one file, or a range of them.
Response get_artifact_file(const ApiContext& context, const Request& request);
Response get_artifact_lineage(const ApiContext& context, const Request& request);
Response get_run_artifacts(const ApiContext& context, const Request& request);

}  // namespace tracker::http
