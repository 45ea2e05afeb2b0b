#pragma once

#include "http/api.hpp"

// Artifacts as the dashboard reads them: docs/http-api.md, "Artifacts". For viewers of the project;
// in lineage, and of the versions that a run used, what the caller may not see is left out. 404 for
// what is not there or may not be seen, 400 for an id, page or path that is none, 501 on a server
// that keeps no artifacts. Pages have at most 1,000 items. On a worker; they block on the database.
namespace tracker::http {

Response get_artifacts(const ApiContext& context, const Request& request);
Response get_artifact_versions(const ApiContext& context, const Request& request);
Response get_artifact_version(const ApiContext& context, const Request& request);
Response get_artifact_files(const ApiContext& context, const Request& request);
// The bytes of one file, or a range of them, chunk by chunk while they are sent: a chunk that turns
// out to be damaged, or a store that does not answer, cuts the answer short.
Response get_artifact_file(const ApiContext& context, const Request& request);
Response get_artifact_lineage(const ApiContext& context, const Request& request);
Response get_run_artifacts(const ApiContext& context, const Request& request);

}  // namespace tracker::http
