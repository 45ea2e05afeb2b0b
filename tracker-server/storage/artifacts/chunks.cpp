#include "storage/artifacts/chunks.hpp"

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "storage/artifacts/rows.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kProject = "SELECT id FROM project WHERE name = $1 AND deleted_us IS NULL";
constexpr const char* kRead = R"sql(
  SELECT c.sha256, c.size, coalesce(c.object, ''), c.data FROM unnest($2::bytea[]) AS s(sha256)
  JOIN artifact_chunk c ON c.project_id = $1 AND c.sha256 = s.sha256)sql";
constexpr const char* kList = R"sql(
  SELECT id, project_id, sha256, size, coalesce(object, '') FROM artifact_chunk WHERE id > $1 ORDER BY id LIMIT $2)sql";

}  // namespace

core::ProjectId project_with_artifacts(Database& database, std::string_view project) {
  const PgResult row = database.pg()->run(kProject, PgParams().text(project));
  if (row.rows() == 0)
    throw Error(ErrorCode::kNotFound, "there is no project '" + artifact::shown(project) + "'");
  return core::ProjectId(run_id_of(row.bytes(0, 0)).uuid());
}

std::vector<StoredChunk> read_chunks(Database& database, core::ProjectId project,
                                     std::span<const artifact::Sha256> chunks) {
  std::vector<std::string_view> digests;
  for (const artifact::Sha256& chunk : chunks) digests.push_back(chunk.raw());
  const PgResult rows =
      database.pg()->run(kRead, PgParams().uuid(project.uuid().bytes).byteas(digests));
  std::vector<StoredChunk> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({digest_of(rows, i, 0), static_cast<std::uint32_t>(rows.integer(i, 1)),
                   std::string(rows.bytes(i, 3)), std::string(rows.bytes(i, 2))});
  return out;
}

std::vector<NumberedChunk> list_chunks(PgConnection& connection, std::int64_t after,
                                       std::size_t limit) {
  const PgResult rows =
      connection.run(kList, PgParams().bigint(after).bigint(static_cast<std::int64_t>(limit)));
  std::vector<NumberedChunk> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    NumberedChunk chunk{rows.bigint(i, 0), core::ProjectId(run_id_of(rows.bytes(i, 1)).uuid()), {}};
    chunk.chunk.sha256 = digest_of(rows, i, 2);
    chunk.chunk.size = static_cast<std::uint32_t>(rows.integer(i, 3));
    chunk.chunk.object = rows.bytes(i, 4);
    out.push_back(std::move(chunk));
  }
  return out;
}

}  // namespace tracker::storage
