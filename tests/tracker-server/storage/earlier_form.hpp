#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/buckets.hpp"
#include "core/pyramid.hpp"
#include "store_fixture.hpp"

// A database as a program of schema 3 left it: level 1 in buckets of 32 points with exact sums,
// payloads in one piece.
namespace tracker::storage {

// Of one run, all of whose rows have these keys and rising steps; other groups have no full chunk.
inline void store_as_schema_3(Database& database, core::RunId run,
                              const std::vector<std::string>& names) {
  constexpr const char* kStore = R"sql(
    UPDATE pyramid SET n = 128, payload = ($4::bytea[])[1], crc32c = NULL
    WHERE run_id = $1 AND level = 1 AND block = $3
      AND key_id = coalesce((SELECT id FROM metric_key WHERE name = $2 AND NOT system), 0))sql";
  const auto connection = database.pg();
  const auto store = [&](const std::string& name, std::int64_t block, const std::string& payload) {
    const std::vector<std::string_view> payloads{payload};
    EXPECT_EQ(connection
                  ->run(kStore,
                        PgParams().uuid(run.uuid().bytes).text(name).bigint(block).byteas(payloads))
                  .affected(),
              1u);
  };
  for (const std::string& name : names) {
    const std::vector<core::Bucket> base =
        core::bucketize(points_of(database, run, name), core::kBasePoints);
    const std::int64_t blocks = connection
                                    ->run(
                                        "SELECT count(*) FROM pyramid WHERE level = 1 AND "
                                        "key_id = 0")
                                    .bigint(0, 0);
    for (std::int64_t block = 0; block < blocks; ++block) {
      const auto row = std::span(base).subspan(static_cast<std::size_t>(block) * 128, 128);
      store(name, block, core::encode_values(row, 2));
      if (name == names.front()) store("", block, core::encode_edges(row));
    }
  }
  connection->command("UPDATE chunk SET payload = payload || rest, rest = ''");
}

}  // namespace tracker::storage
