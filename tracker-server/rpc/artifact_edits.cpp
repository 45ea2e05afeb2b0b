#include "rpc/artifact_edits.hpp"

#include <spdlog/spdlog.h>

#include <string>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "artifacts/checks.hpp"
#include "auth/artifact_guard.hpp"
#include "auth/audit.hpp"
#include "core/log_text.hpp"
#include "rpc/artifact_messages.hpp"

namespace tracker::rpc {
namespace {

// A version that is deleted may be meant.
void show(const ArtifactsServiceParts& parts, auth::Guard& guard, const v1::ArtifactRef& ref) {
  auth::shown_version(guard, parts.database, ref_of(ref), storage::DeletedVersions::kFound);
}

void note(const ArtifactsServiceParts& parts, const auth::Guard& guard, const char* action,
          const v1::ArtifactVersion& version) {
  auth::note(parts.gate, guard, action,
             version.project() + "/" + version.name() + ":v" + std::to_string(version.number()));
}

}  // namespace

void begin_upload(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::BeginUploadRequest& request, v1::BeginUploadResponse& response) {
  artifacts::UploadRequest wanted{request.project(), request.type(), request.name(),
                                  request.client()};
  wanted.makes_project = !guard.project_to_write(wanted.project);
  if (guard.who().kind == auth::Principal::Kind::kUser) wanted.creator = guard.who().user;
  const auto begun = parts.uploads.begin(wanted);
  response.set_upload(begun.id.text());
  response.set_expires_at_us(begun.expires_us);
}

void find_missing(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::FindMissingRequest& request, v1::FindMissingResponse& response) {
  const auto upload = artifacts::upload_id(request.upload());
  if (!auth::show_upload(guard, parts.database, upload)) throw storage::no_such_upload(upload);
  const auto missing = parts.uploads.find_missing(upload, artifacts::digests_of(request.sha256()));
  response.mutable_missing()->Add(missing.begin(), missing.end());
}

void abort_upload(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::AbortUploadRequest& request, v1::AbortUploadResponse&) {
  const auto upload = artifacts::upload_id(request.upload());
  if (!auth::show_upload(guard, parts.database, upload)) return guard.nothing_there();
  parts.uploads.abort(upload);
}

void set_alias(const ArtifactsServiceParts& parts, auth::Guard& guard,
               const v1::SetAliasRequest& request, v1::ArtifactVersion& response) {
  artifact::check_alias(request.alias());
  show(parts, guard, request.ref());
  fill(storage::set_alias(parts.database, ref_of(request.ref()), request.alias()), response);
}

void remove_alias(const ArtifactsServiceParts& parts, auth::Guard& guard,
                  const v1::RemoveAliasRequest& request, v1::RemoveAliasResponse&) {
  artifact::check_alias(request.alias());
  guard.project(request.project());
  storage::remove_alias(parts.database, request.project(), request.name(), request.alias());
}

void update_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                    const v1::UpdateVersionRequest& request, v1::ArtifactVersion& response) {
  show(parts, guard, request.ref());
  fill(storage::update_version(parts.database, ref_of(request.ref()), update_of(request)),
       response);
}

void update_collection(const ArtifactsServiceParts& parts, auth::Guard& guard,
                       const v1::UpdateCollectionRequest& request,
                       v1::ArtifactCollection& response) {
  guard.project(request.project());
  fill(storage::update_collection(parts.database, request.project(), request.name(),
                                  update_of(request)),
       response);
}

void delete_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                    const v1::DeleteVersionRequest& request, v1::DeleteVersionResponse& response) {
  show(parts, guard, request.ref());
  auto deletion = deletion_of(request.has_grace_s() ? request.grace_s() : artifacts::kGraceS,
                              parts.clock.now_us());
  deletion.with_aliases = request.delete_aliases();
  const auto version = storage::delete_version(parts.database, ref_of(request.ref()), deletion);
  fill(version, *response.mutable_version());
  spdlog::info("event=artifact_deleted project={} name={} version=v{} id={} purge_us={}",
               core::quoted(version.project), core::quoted(version.name), version.number,
               version.id.text(), version.purge_us.value_or(0));
  note(parts, guard, "artifact.delete", response.version());
}

void restore_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                     const v1::RestoreVersionRequest& request, v1::ArtifactVersion& response) {
  show(parts, guard, request.ref());
  fill(storage::restore_version(parts.database, ref_of(request.ref()), parts.clock.now_us()),
       response);
  spdlog::info("event=artifact_restored project={} name={} version=v{} id={}",
               core::quoted(response.project()), core::quoted(response.name()), response.number(),
               response.id());
  note(parts, guard, "artifact.restore", response);
}

void delete_collection(const ArtifactsServiceParts& parts, auth::Guard& guard,
                       const v1::DeleteCollectionRequest& request,
                       v1::DeleteCollectionResponse& response) {
  guard.project(request.project());
  response.set_versions(storage::delete_collection(
      parts.database, request.project(), request.name(),
      deletion_of(request.has_grace_s() ? request.grace_s() : artifacts::kGraceS,
                  parts.clock.now_us())));
  spdlog::info("event=artifact_collection_deleted project={} name={} versions={}",
               core::quoted(request.project()), core::quoted(request.name()), response.versions());
  auth::note(parts.gate, guard, "artifact.delete", request.project() + "/" + request.name(),
             "all versions");
}

void use_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::UseVersionRequest& request, v1::ArtifactVersion& response) {
  const auto run = run_of(request.run_id());
  guard.run(run);
  const auto ref = ref_of(request.ref());
  auth::visible_version(guard, parts.database, ref);
  fill(storage::use_version(parts.database, ref, run, parts.clock.now_us()), response);
}

}  // namespace tracker::rpc
