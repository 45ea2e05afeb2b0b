#include "storage/artifacts/rows.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "artifact/names.hpp"

namespace tracker::storage {

// A run that is deleted is not told of, as anywhere.
const char* const kSelectVersion = R"sql(
  SELECT v.id, v.collection_id, v.uuid, p.name, c.name, c.type, v.number,
    (SELECT coalesce(string_agg(a.name, E'\n' ORDER BY a.name), '') FROM artifact_alias a WHERE a.version_id = v.id),
    v.deleted_us IS NULL AND NOT EXISTS (
      SELECT 1 FROM artifact_version w
      WHERE w.collection_id = v.collection_id AND w.number > v.number AND w.deleted_us IS NULL),
    array_to_string(v.tags, E'\n'), v.description, v.metadata::text, v.digest,
    v.manifest_bytes, v.files, v.size_bytes, v.added_bytes,
    v.created_us, v.expires_us, v.deleted_us, v.purge_us,
    (SELECT r.id FROM run r WHERE r.id = v.run_id AND r.deleted_us IS NULL)
  FROM artifact_version v
  JOIN artifact_collection c ON c.id = v.collection_id
  JOIN project p ON p.id = c.project_id AND p.deleted_us IS NULL)sql";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::optional<std::int64_t> time_of(const PgResult& rows, std::size_t row, int column) {
  return rows.is_null(row, column) ? std::nullopt : std::optional(rows.bigint(row, column));
}

artifact::Sha256 digest_of(const PgResult& rows, std::size_t row, int column) {
  if (const auto digest = artifact::Sha256::from_raw(rows.bytes(row, column))) return *digest;
  throw Error(ErrorCode::kDataLoss, "the database holds a digest that is not one");
}

void add(PgParams& params, const std::optional<std::int64_t>& value) {
  if (value)
    params.bigint(*value);
  else
    params.null_bigint();
}

void add(PgParams& params, const artifact::Sha256& digest) { params.bytea(digest.raw()); }

ArtifactVersion version_of(const PgResult& rows, std::size_t row) {
  const auto text = [&](int column) { return std::string(rows.bytes(row, column)); };
  const auto count = [&](int column) {
    return static_cast<std::uint64_t>(rows.bigint(row, column));
  };
  ArtifactVersion out;
  out.row = rows.bigint(row, 0);
  out.collection_row = rows.bigint(row, 1);
  out.id = ArtifactVersionId(run_id_of(rows.bytes(row, 2)).uuid());
  out.project = text(3);
  out.name = text(4);
  out.type = text(5);
  out.number = static_cast<std::uint32_t>(rows.integer(row, 6));
  out.aliases = lines_of(rows.bytes(row, 7));
  if (rows.boolean(row, 8)) {
    const std::string latest(artifact::kLatest);
    out.aliases.insert(std::lower_bound(out.aliases.begin(), out.aliases.end(), latest), latest);
  }
  out.tags = lines_of(rows.bytes(row, 9));
  out.description = text(10);
  out.metadata_json = text(11);
  out.digest = digest_of(rows, row, 12);
  out.manifest_bytes = count(13);
  out.files = count(14);
  out.size_bytes = count(15);
  out.added_bytes = count(16);
  out.created_us = rows.bigint(row, 17);
  out.expires_us = time_of(rows, row, 18);
  out.deleted_us = time_of(rows, row, 19);
  out.purge_us = time_of(rows, row, 20);
  if (!rows.is_null(row, 21)) out.run = run_id_of(rows.bytes(row, 21));
  return out;
}

}  // namespace tracker::storage
