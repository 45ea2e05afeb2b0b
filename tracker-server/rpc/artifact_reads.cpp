#include "rpc/artifact_reads.hpp"

#include <optional>

#include <tracker/error.hpp>

#include "auth/artifact_guard.hpp"
#include "rpc/artifact_messages.hpp"

namespace tracker::rpc {
namespace {

constexpr std::uint32_t kDepth = 4, kMostDepth = 16;

}  // namespace

void get_version(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::GetVersionRequest& request, v1::ArtifactVersion& response) {
  const auto deleted =
      request.deleted() ? storage::DeletedVersions::kFound : storage::DeletedVersions::kHidden;
  fill(auth::shown_version(guard, parts.database, ref_of(request.ref()), deleted), response);
}

void list_collections(const ArtifactsServiceParts& parts, auth::Guard& guard,
                      const v1::ListCollectionsRequest& request,
                      v1::ListCollectionsResponse& response) {
  guard.project(request.project());
  const auto list = storage::list_collections(parts.database, request.project(), request.type(),
                                              page_of(request.page_size(), request.page_token()));
  for (const auto& item : list.items) fill(item, *response.add_collections());
  response.set_next_page_token(list.next);
}

void list_versions(const ArtifactsServiceParts& parts, auth::Guard& guard,
                   const v1::ListVersionsRequest& request, v1::ListVersionsResponse& response) {
  guard.project(request.project());
  const auto which =
      request.deleted() ? storage::VersionsListed::kDeleted : storage::VersionsListed::kLiving;
  const auto list = storage::list_versions(parts.database, request.project(), request.name(), which,
                                           page_of(request.page_size(), request.page_token()));
  for (const auto& item : list.items) fill(item, *response.add_versions());
  response.set_next_page_token(list.next);
}

void list_files(const ArtifactsServiceParts& parts, auth::Guard& guard,
                const v1::ListFilesRequest& request, v1::ListFilesResponse& response) {
  const auto page = page_of(request.page_size(), request.page_token());
  const auto version = auth::shown_version(guard, parts.database, ref_of(request.ref()));
  const auto manifest = parts.downloads.manifest(version);
  const auto list = artifacts::list_files(*manifest, request.prefix(), page);
  for (const auto& entry : list.items) fill(entry, *response.add_files());
  response.set_next_page_token(list.next);
}

void get_lineage(const ArtifactsServiceParts& parts, auth::Guard& guard,
                 const v1::GetLineageRequest& request, v1::Lineage& response) {
  const std::uint32_t depth = request.depth() == 0 ? kDepth : request.depth();
  if (depth > kMostDepth) throw Error(ErrorCode::kInvalidArgument, "depth must be at most 16");
  storage::LineageStart start;
  if (request.has_ref()) {
    start = auth::shown_version(guard, parts.database, ref_of(request.ref())).id;
  } else {
    const auto run = run_of(request.run_id());
    guard.run(run);
    start = run;
  }
  auto lineage = storage::lineage_of(parts.database, start, depth);
  auth::keep_visible(guard, parts.database, lineage);
  fill(lineage, response);
}

}  // namespace tracker::rpc
