#include "rpc/artifact_messages.hpp"

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "artifacts/checks.hpp"
#include "core/time.hpp"

namespace tracker::rpc {

void fill(const storage::ArtifactVersion& version, v1::ArtifactVersion& out) {
  out.set_id(version.id.text());
  out.set_project(version.project);
  out.set_name(version.name);
  out.set_type(version.type);
  out.set_number(version.number);
  for (const auto& alias : version.aliases) out.add_aliases(alias);
  for (const auto& tag : version.tags) out.add_tags(tag);
  out.set_description(version.description);
  out.set_metadata_json(version.metadata_json);
  out.set_digest(std::string(version.digest.raw()));
  out.set_manifest_bytes(version.manifest_bytes);
  out.set_files(version.files);
  out.set_size_bytes(version.size_bytes);
  out.set_added_bytes(version.added_bytes);
  out.set_created_at_us(version.created_us);
  if (version.expires_us) out.set_expires_at_us(*version.expires_us);
  if (version.run) out.set_run_id(version.run->text());
  if (version.deleted_us) out.set_deleted_at_us(*version.deleted_us);
  if (version.purge_us) out.set_purge_at_us(*version.purge_us);
}

void fill(const storage::ArtifactCollection& collection, v1::ArtifactCollection& out) {
  out.set_id(collection.id.text());
  out.set_project(collection.project);
  out.set_name(collection.name);
  out.set_type(collection.type);
  out.set_description(collection.description);
  out.set_versions(collection.versions);
  if (collection.latest) out.set_latest(*collection.latest);
  out.set_created_at_us(collection.created_us);
  out.set_updated_at_us(collection.updated_us);
  out.set_ttl_s(static_cast<std::uint64_t>(collection.ttl_us.value_or(0) / core::kSecondUs));
  out.set_keep_versions(collection.keep_versions.value_or(0));
  out.set_size_bytes(collection.size_bytes);
}

void fill(const artifact::Entry& entry, v1::ArtifactFile& out) {
  out.set_path(std::string(entry.path));
  if (entry.size) out.set_size_bytes(*entry.size);
  if (entry.kind == artifact::EntryKind::kFile) {
    out.set_sha256(std::string(entry.sha256.raw()));
  } else {
    out.set_url(std::string(entry.url));
    out.set_checksum(std::string(entry.checksum));
  }
}

void fill(const storage::Lineage& lineage, v1::Lineage& out) {
  for (const auto& version : lineage.versions) fill(version, *out.add_versions());
  for (const auto& run : lineage.runs) {
    auto* target = out.add_runs();
    target->set_id(run.id.text());
    target->set_project(run.project);
    target->set_name(run.name);
    target->set_created_at_us(run.created_us);
  }
  for (const auto& edge : lineage.edges) {
    auto* target = out.add_edges();
    target->set_run_id(edge.run.text());
    target->set_version_id(edge.version.text());
    target->set_kind(edge.kind == storage::LineageKind::kUsed ? v1::LineageEdge::USED
                                                              : v1::LineageEdge::PRODUCED);
  }
  out.set_more(lineage.more);
}

storage::ArtifactRef ref_of(const v1::ArtifactRef& ref) {
  if (!ref.id().empty()) {
    const auto id = storage::ArtifactVersionId::parse(ref.id());
    if (!id)
      throw Error(ErrorCode::kInvalidArgument,
                  "'" + artifact::shown(ref.id()) + "' is not the id of an artifact version");
    return {id, {}, {}, {}};
  }
  if (ref.project().empty() || ref.name().empty())
    throw Error(ErrorCode::kInvalidArgument, "an artifact is named by its project and its name");
  return {std::nullopt, ref.project(), ref.name(), ref.version()};
}

artifacts::CommitRequest commit_of(const v1::CommitHeader& header) {
  artifacts::CommitRequest out;
  out.upload = artifacts::upload_id(header.upload());
  out.digest = header.digest();
  out.aliases.assign(header.aliases().begin(), header.aliases().end());
  out.tags.assign(header.tags().begin(), header.tags().end());
  out.description = header.description();
  out.metadata_json = header.metadata_json();
  out.run_id = header.run_id();
  if (header.has_ttl_s()) out.ttl_s = header.ttl_s();
  return out;
}

core::RunId run_of(const std::string& text) {
  if (const auto run = core::RunId::parse(text)) return *run;
  throw Error(ErrorCode::kInvalidArgument, "'" + artifact::shown(text) + "' is not a run's id");
}

storage::ArtifactPage page_of(std::uint32_t size, const std::string& token) {
  if (size > 1'000) throw Error(ErrorCode::kInvalidArgument, "page_size must be at most 1,000");
  return {size == 0 ? 200u : size, token};
}

storage::VersionUpdate update_of(const v1::UpdateVersionRequest& request) {
  storage::VersionUpdate out;
  if (request.has_description()) out.description = request.description();
  if (request.has_metadata_json()) out.metadata_json = request.metadata_json();
  if (out.description) artifacts::check_description(*out.description);
  if (out.metadata_json) artifacts::check_metadata(*out.metadata_json);
  if (request.add_tags_size() > static_cast<int>(storage::kMostTags))
    throw Error(ErrorCode::kInvalidArgument, "a version has at most 64 tags");
  for (const auto& tag : request.add_tags()) artifact::check_tag(tag);
  out.add_tags.assign(request.add_tags().begin(), request.add_tags().end());
  out.remove_tags.assign(request.remove_tags().begin(), request.remove_tags().end());
  if (request.has_ttl_s()) out.ttl_us = artifacts::time_of(request.ttl_s());
  return out;
}

storage::CollectionUpdate update_of(const v1::UpdateCollectionRequest& request) {
  storage::CollectionUpdate out;
  if (request.has_description()) out.description = request.description();
  if (out.description) artifacts::check_description(*out.description);
  if (request.has_ttl_s()) out.ttl_us = artifacts::time_of(request.ttl_s());
  if (request.has_keep_versions()) out.keep_versions = request.keep_versions();
  return out;
}

storage::ArtifactDeletion deletion_of(std::uint64_t grace_s, std::int64_t now_us) {
  return {now_us, artifacts::time_of(grace_s), false};
}

}  // namespace tracker::rpc
