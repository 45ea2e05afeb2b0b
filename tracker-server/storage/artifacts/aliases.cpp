#include "storage/artifacts/aliases.hpp"

#include <tracker/error.hpp>

#include "storage/artifacts/commit.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kSetAliases = R"sql(
  INSERT INTO artifact_alias (collection_id, name, version_id) SELECT $1, n, $2 FROM (SELECT DISTINCT unnest($3::text[]) AS n) s
  ON CONFLICT (collection_id, name) DO UPDATE SET version_id = $2)sql";
constexpr const char* kCountAliases = "SELECT count(*) FROM artifact_alias WHERE version_id = $1";

}  // namespace

void set_aliases(PgConnection& connection, const AliasTarget& target,
                 std::span<const std::string> aliases) {
  if (aliases.empty()) return;
  connection.run(kSetAliases,
                 PgParams().bigint(target.collection).bigint(target.version).texts(aliases));
  if (connection.run(kCountAliases, PgParams().bigint(target.version)).bigint(0, 0) >
      static_cast<std::int64_t>(kMostAliases))
    throw Error(ErrorCode::kFailedPrecondition, "a version has at most 64 aliases");
}

}  // namespace tracker::storage
