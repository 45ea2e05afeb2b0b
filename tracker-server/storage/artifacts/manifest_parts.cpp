#include "storage/artifacts/manifest_parts.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kPartBytes = 1u << 20;

constexpr const char* kStorePart =
    "INSERT INTO artifact_manifest (version_id, part, data) VALUES ($1, $2, $3)";
constexpr const char* kLoadPart =
    "SELECT data FROM artifact_manifest WHERE version_id = $1 AND part = $2";

}  // namespace

void store_manifest(PgConnection& connection, std::int64_t version_row, std::string_view manifest) {
  for (std::int32_t part = 0; !manifest.empty(); ++part) {
    const std::string_view data = manifest.substr(0, kPartBytes);
    connection.run(kStorePart, PgParams().bigint(version_row).integer(part).bytea(data));
    manifest.remove_prefix(data.size());
  }
}

std::string load_manifest(PgConnection& connection, std::int64_t version_row, std::uint64_t bytes) {
  std::string out;
  out.reserve(bytes);
  for (std::int32_t part = 0; out.size() < bytes; ++part) {
    const PgResult row = connection.run(kLoadPart, PgParams().bigint(version_row).integer(part));
    if (row.rows() == 0) break;
    out += row.bytes(0, 0);
  }
  return out;
}

}  // namespace tracker::storage
