#pragma once

#include "auth/guard.hpp"
#include "rpc/artifacts_service.hpp"
#include "tracker/v1/artifacts.pb.h"

// The calls of ArtifactsService that change something in one message: each shows its guard what it
// is about before it does. On a worker; they block on the database. What they did is durable when
// they return, deletions and what brings them back with their entry of the audit log behind them:
// if that cannot be written the call fails though it was done. They throw what becomes the call's
// status: Error(kNotFound | kInvalidArgument | kFailedPrecondition | kPermissionDenied |
// kUnavailable).
namespace tracker::rpc {

void begin_upload(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::BeginUploadRequest& request, v1::BeginUploadResponse& response);
void find_missing(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::FindMissingRequest& request, v1::FindMissingResponse& response);
void abort_upload(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::AbortUploadRequest& request, v1::AbortUploadResponse& response);
void set_alias(const ArtifactsServiceParts& parts, auth::Guard& guard,
               const v1::SetAliasRequest& request, v1::ArtifactVersion& response);
void remove_alias(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::RemoveAliasRequest& request, v1::RemoveAliasResponse& response);
void update_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                    const v1::UpdateVersionRequest& request, v1::ArtifactVersion& response);
void update_collection(const ArtifactsServiceParts& parts, auth::Guard& guard,
                       const v1::UpdateCollectionRequest& request,
                       v1::ArtifactCollection& response);
void delete_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                    const v1::DeleteVersionRequest& request, v1::DeleteVersionResponse& response);
void restore_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                     const v1::RestoreVersionRequest& request, v1::ArtifactVersion& response);
void delete_collection(const ArtifactsServiceParts& parts, auth::Guard& guard,
                       const v1::DeleteCollectionRequest& request,
                       v1::DeleteCollectionResponse& response);
void use_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::UseVersionRequest& request, v1::ArtifactVersion& response);

}  // namespace tracker::rpc
