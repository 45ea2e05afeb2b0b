#include "storage/adopt.hpp"

#include <spdlog/spdlog.h>

#include <tracker/error.hpp>

namespace tracker::storage {
namespace {

// Of migration 1: how many of the things that both editions have, and of those that only the later
// one has, are there.
constexpr const char* kEdition = R"sql(
  WITH columns AS (
    SELECT c.relname::text AS table_name, a.attname::text AS column_name
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('schema_version')))
  SELECT (SELECT count(*) FROM columns WHERE (table_name, column_name) IN
           (('run', 'meta_version'), ('writer_stream', 'sealed_offset'), ('frame', 'from_offset'),
            ('frame_ring', 'active'), ('compaction', 'next_row'), ('log_chunk', 'line_hi'))),
         (SELECT count(*) FROM columns WHERE (table_name, column_name) IN
           (('writer_stream', 'forked'), ('frame_quarantine', 'set_aside_us'))))sql";
constexpr int kBoth = 6, kLater = 2;

// From the earlier edition to the later one.
constexpr const char* kForward = R"sql(
  ALTER TABLE writer_stream ADD COLUMN forked boolean NOT NULL DEFAULT false;
  CREATE TABLE frame_quarantine (
    stream_id bigint NOT NULL REFERENCES writer_stream ON DELETE CASCADE,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL,
    set_aside_us bigint NOT NULL,
    PRIMARY KEY (stream_id, from_offset));
  ALTER TABLE frame_quarantine ALTER payload SET STORAGE EXTERNAL)sql";

}  // namespace

void adopt(pqxx::work& transaction, Migrations known) {
  const auto rows =
      transaction.exec("SELECT version, name FROM schema_version WHERE checksum IS NULL");
  if (rows.empty()) return;
  const auto edition = transaction.exec1(kEdition);
  const bool whole = edition[0].as<int>() == kBoth;
  const int later = edition[1].as<int>();
  const bool first = rows.size() == 1 && rows[0][0].as<int>() == 1 &&
                     rows[0][1].as<std::string>() == known.front().name;
  if (!first || !whole || (later != 0 && later != kLater))
    throw Error(
        ErrorCode::kFailedPrecondition,
        "the database's tables are not those of any tracker-server's migration 1, and its "
        "schema_version has no checksums: give the server a database of its own, or restore "
        "a backup");
  if (later == 0) transaction.exec(kForward);
  transaction.exec_params0(
      "UPDATE schema_version SET checksum = $1, compatible_from = $2 WHERE version = 1",
      std::string(known.front().checksum), known.front().compatible_from);
  spdlog::info("event=schema_adopted version=1 edition={}", later == 0 ? "earlier" : "later");
}

}  // namespace tracker::storage
