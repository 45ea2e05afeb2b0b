#include "storage/artifacts/chunks.hpp"

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "storage/artifacts/rows.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kProjectOfChunks =
    "SELECT id FROM project WHERE name = $1 AND deleted_us IS NULL";
// Where the sum of what came before is below the limit: at least the first one.
constexpr const char* kReadChunks = R"sql(
  SELECT sha256, size, object, data FROM (
    SELECT s.ord, c.sha256, c.size, coalesce(c.object, '') AS object, c.data, sum(c.size) OVER (ORDER BY s.ord) AS upto
    FROM unnest($2::bytea[]) WITH ORDINALITY AS s(sha256, ord)
    JOIN artifact_chunk c ON c.project_id = $1 AND c.sha256 = s.sha256) t
  WHERE upto - size < $3 ORDER BY ord)sql";

}  // namespace

core::ProjectId project_with_artifacts(Database& database, std::string_view project) {
  const PgResult row = database.pg()->run(kProjectOfChunks, PgParams().text(project));
  if (row.rows() == 0)
    throw Error(ErrorCode::kNotFound, "there is no project '" + artifact::shown(project) + "'");
  return core::ProjectId(run_id_of(row.bytes(0, 0)).uuid());
}

std::vector<StoredChunk> read_chunks(Database& database, core::ProjectId project,
                                     std::span<const artifact::Sha256> chunks,
                                     std::size_t most_bytes) {
  std::vector<std::string_view> digests;
  for (const artifact::Sha256& chunk : chunks) digests.push_back(chunk.raw());
  const PgResult rows =
      database.pg()->run(kReadChunks, PgParams()
                                          .uuid(project.uuid().bytes)
                                          .byteas(digests)
                                          .bigint(static_cast<std::int64_t>(most_bytes)));
  std::vector<StoredChunk> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({digest_of(rows, i, 0), static_cast<std::uint32_t>(rows.integer(i, 1)),
                   std::string(rows.bytes(i, 3)), std::string(rows.bytes(i, 2))});
  return out;
}

}  // namespace tracker::storage
