#pragma once

#include "auth/guard.hpp"
#include "rpc/artifacts_service.hpp"
#include "tracker/v1/artifacts.pb.h"

// The calls of ArtifactsService that read: each shows its guard what it is about, and fills the
// response. On a worker; they block on the database. They throw what becomes the call's status:
// Error(kNotFound | kInvalidArgument | kPermissionDenied | kDataLoss | kUnavailable).
namespace tracker::rpc {

void get_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::GetVersionRequest& request, v1::ArtifactVersion& response);
void list_collections(const ArtifactsServiceParts& parts, auth::Guard& guard,
                      const v1::ListCollectionsRequest& request,
                      v1::ListCollectionsResponse& response);
void list_versions(const ArtifactsServiceParts& parts, auth::Guard& guard,
                   const v1::ListVersionsRequest& request, v1::ListVersionsResponse& response);
void list_files(const ArtifactsServiceParts& parts, auth::Guard& guard,
                const v1::ListFilesRequest& request, v1::ListFilesResponse& response);
void get_lineage(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::GetLineageRequest& request, v1::Lineage& response);

}  // namespace tracker::rpc
