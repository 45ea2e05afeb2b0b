#include "storage/artifacts/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/manifest.hpp"
#include "storage/artifacts/manifest_parts.hpp"
#include "storage/artifacts/rows.hpp"
#include "storage/verify_report.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kRemedy = "restore the database from a backup that has it whole";
constexpr const char* kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

constexpr const char* kNextChunk = R"sql(
  SELECT id, sha256, size, data FROM artifact_chunk WHERE id > $1 AND data IS NOT NULL ORDER BY id LIMIT 1)sql";
constexpr const char* kHolders = R"sql(
  SELECT coalesce(string_agg(format('%s/%s:v%s', p.name, c.name, v.number), ', ' ORDER BY v.id), 'no version')
  FROM (SELECT version_id FROM artifact_version_chunk WHERE chunk_id = $1 LIMIT 5) h
  JOIN artifact_version v ON v.id = h.version_id
  JOIN artifact_collection c ON c.id = v.collection_id JOIN project p ON p.id = c.project_id)sql";

constexpr const char* kNextVersion = R"sql(
  SELECT v.id, format('%s/%s:v%s', p.name, c.name, v.number), v.digest, v.manifest_bytes, v.files, v.size_bytes
  FROM artifact_version v JOIN artifact_collection c ON c.id = v.collection_id JOIN project p ON p.id = c.project_id
  WHERE v.id > $1 ORDER BY v.id LIMIT 1)sql";
constexpr const char* kHeld = R"sql(
  SELECT k.sha256, k.size FROM artifact_version_chunk h JOIN artifact_chunk k ON k.id = h.chunk_id WHERE h.version_id = $1)sql";

void verify_chunks(PgConnection& connection, Verified& out) {
  Report report(out, "");
  for (std::int64_t after = 0;;) {
    const PgResult row = connection.run(kNextChunk, PgParams().bigint(after));
    if (row.rows() == 0) return;
    after = row.bigint(0, 0);
    const std::string_view data = row.bytes(0, 3);
    const artifact::Sha256 said = digest_of(row, 0, 1), is = artifact::sha256(data);
    out.bytes += data.size();
    ++out.chunks;
    if (is == said && data.size() == static_cast<std::size_t>(row.integer(0, 2))) continue;
    const PgResult holders = connection.run(kHolders, PgParams().bigint(after));
    report.add(
        "artifact_chunk", fmt::format("artifacts {}", holders.bytes(0, 0)),
        fmt::format("chunk {} has {} bytes whose SHA-256 is {}", said.hex(), data.size(), is.hex()),
        kRemedy);
  }
}

// What is wrong with the version of the row; empty if nothing is.
std::pair<const char*, std::string> fault_of(PgConnection& connection, const PgResult& row,
                                             Verified& out) {
  const std::int64_t version = row.bigint(0, 0);
  const std::string manifest =
      load_manifest(connection, version, static_cast<std::uint64_t>(row.bigint(0, 3)));
  out.bytes += manifest.size();
  if (artifact::sha256(manifest) != digest_of(row, 0, 2))
    return {"artifact_manifest", "the manifest has another digest than the version"};
  artifact::Contents contents;
  try {
    contents = artifact::contents_of(manifest);
  } catch (const Error& error) {
    return {"artifact_manifest", error.what()};
  }
  if (contents.files + contents.references != static_cast<std::uint64_t>(row.bigint(0, 4)) ||
      contents.size_bytes != static_cast<std::uint64_t>(row.bigint(0, 5)))
    return {"artifact_version", "files and bytes in the row are not those of the manifest"};
  const PgResult held = connection.run(kHeld, PgParams().bigint(version));
  std::vector<artifact::ChunkRef> have;
  for (std::size_t i = 0; i < held.rows(); ++i)
    have.push_back({digest_of(held, i, 0), static_cast<std::uint32_t>(held.integer(i, 1))});
  std::sort(have.begin(), have.end());
  if (have != contents.chunks)
    return {"artifact_holds", fmt::format("it holds {} chunks that are not the {} of its manifest",
                                          have.size(), contents.chunks.size())};
  return {nullptr, ""};
}

void verify_versions(PgConnection& connection, Verified& out) {
  Report report(out, "");
  for (std::int64_t after = 0;;) {
    PgTransaction transaction(connection, kBeginReading);
    const PgResult row = connection.run(kNextVersion, PgParams().bigint(after));
    if (row.rows() == 0) return;
    after = row.bigint(0, 0);
    const auto [kind, what] = fault_of(connection, row, out);
    if (kind != nullptr)
      report.add(kind, fmt::format("artifact {}", row.bytes(0, 1)), what, kRemedy);
  }
}

}  // namespace

Verified verify_artifacts(PgConnection& connection) {
  Verified out;
  verify_chunks(connection, out);
  verify_versions(connection, out);
  return out;
}

}  // namespace tracker::storage
