#include "http/artifact_json.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "core/time.hpp"
#include "http/numbers.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

}  // namespace

json artifact_json(const storage::ArtifactCollection& collection) {
  return {{"id", collection.id.text()},
          {"project", collection.project},
          {"name", collection.name},
          {"type", collection.type},
          {"description", collection.description},
          {"versions", collection.versions},
          {"latest", collection.latest ? json("v" + std::to_string(*collection.latest)) : json()},
          {"aliases", collection.aliases},
          {"run", collection.run ? json(collection.run->text()) : json()},
          {"size_bytes", collection.size_bytes},
          {"created_us", collection.created_us},
          {"updated_us", collection.updated_us},
          {"ttl_s", collection.ttl_us ? json(*collection.ttl_us / core::kSecondUs) : json()},
          {"keep_versions", or_null(collection.keep_versions)}};
}

json artifact_version_json(const storage::ArtifactVersion& version) {
  auto metadata = json::parse(version.metadata_json, nullptr, false);
  return {{"id", version.id.text()},
          {"project", version.project},
          {"name", version.name},
          {"type", version.type},
          {"version", "v" + std::to_string(version.number)},
          {"aliases", version.aliases},
          {"tags", version.tags},
          {"description", version.description},
          {"metadata", metadata.is_object() ? std::move(metadata) : json::object()},
          {"digest", version.digest.hex()},
          {"files", version.files},
          {"size_bytes", version.size_bytes},
          {"added_bytes", version.added_bytes},
          {"run", version.run ? json(version.run->text()) : json()},
          {"created_us", version.created_us},
          {"expires_us", or_null(version.expires_us)},
          {"deleted_us", or_null(version.deleted_us)},
          {"purge_us", or_null(version.purge_us)}};
}

json artifact_file_json(const artifact::Entry& entry) {
  const bool file = entry.kind == artifact::EntryKind::kFile;
  return {{"path", entry.path},
          {"size_bytes", or_null(entry.size)},
          {"sha256", file ? json(entry.sha256.hex()) : json()},
          {"url", file ? json() : json(entry.url)},
          {"checksum", file ? json() : json(entry.checksum)}};
}

json lineage_json(const storage::Lineage& lineage) {
  auto versions = json::array(), runs = json::array(), edges = json::array();
  for (const auto& version : lineage.versions) versions.push_back(artifact_version_json(version));
  for (const auto& run : lineage.runs)
    runs.push_back({{"id", run.id.text()},
                    {"project", run.project},
                    {"name", run.name},
                    {"created_us", run.created_us}});
  for (const auto& edge : lineage.edges)
    edges.push_back({{"run", edge.run.text()},
                     {"version", edge.version.text()},
                     {"kind", edge.kind == storage::LineageKind::kUsed ? "used" : "produced"}});
  return {{"versions", std::move(versions)},
          {"runs", std::move(runs)},
          {"edges", std::move(edges)},
          {"more", lineage.more}};
}

}  // namespace tracker::http
