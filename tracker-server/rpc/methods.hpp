#pragma once

#include <string_view>

#include "auth/access.hpp"

// Every method of every service, and who may call it (docs/access.md). A service names its methods
// through method(): one that is not in the table does not compile.
namespace tracker::rpc {

struct Method {
  const char* name;  // "tracker.v1.RunsService.GetRun"
  auth::Needs needs;

  // "GetRun"
  constexpr const char* call() const { return name + std::string_view(name).rfind('.') + 1; }
};

// Sorted by name.
inline constexpr Method kMethods[] = {
    {"tracker.v1.AdminService.DeleteProject", auth::Access::kProjectAdmin},
    {"tracker.v1.AdminService.DeleteRun", auth::Access::kWriter},
    {"tracker.v1.AdminService.GetRetention", auth::Access::kViewer},
    {"tracker.v1.AdminService.ListDeletedRuns", auth::Access::kViewer},
    {"tracker.v1.AdminService.RestoreProject", auth::Access::kProjectAdmin},
    {"tracker.v1.AdminService.RestoreRun", auth::Access::kWriter},
    {"tracker.v1.AdminService.SetRetention", auth::Access::kProjectAdmin},
    {"tracker.v1.AdminService.UpdateRun", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.AbortUpload", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.BeginUpload", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.CommitVersion", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.DeleteCollection", auth::Access::kProjectAdmin},
    {"tracker.v1.ArtifactsService.DeleteVersion", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.DownloadChunks", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.FindMissing", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.GetLineage", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.GetManifest", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.GetVersion", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.ListCollections", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.ListFiles", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.ListVersions", auth::Access::kViewer},
    {"tracker.v1.ArtifactsService.RemoveAlias", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.RestoreVersion", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.SetAlias", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.UpdateCollection", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.UpdateVersion", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.UploadChunks", auth::Access::kWriter},
    {"tracker.v1.ArtifactsService.UseVersion", auth::Access::kWriter},
    {"tracker.v1.IngestService.Stream", auth::Access::kWriter},
    {"tracker.v1.RunsService.ExportHistory", auth::Access::kViewer},
    {"tracker.v1.RunsService.GetRun", auth::Access::kViewer},
    {"tracker.v1.RunsService.GroupRuns", auth::Access::kViewer},
    {"tracker.v1.RunsService.ListProjects", auth::Access::kSignedIn},
    {"tracker.v1.RunsService.ListRuns", auth::Access::kViewer},
};

// "RunsService.GetRun"
consteval const Method& method(std::string_view name) {
  for (const Method& one : kMethods)
    if (std::string_view(one.name).substr(sizeof "tracker.v1." - 1) == name) return one;
  throw "a method that is not in kMethods: say who may call it";
}

}  // namespace tracker::rpc
