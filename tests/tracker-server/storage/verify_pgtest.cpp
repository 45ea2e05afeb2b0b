#include "earlier_form.hpp"
#include "full_run.hpp"
#include "storage/deletion.hpp"
#include "storage/purge.hpp"
#include "storage/retention.hpp"
#include "storage/verify.hpp"

namespace tracker::storage {
namespace {

// What is done to a sound run, and the one thing that must be found. In the statement `$run` is its
// id; `$a` and `$l` are the numbers of its keys `acc` and `loss`, `$g` that of the group of both.
struct Damage {
  const char* kind;
  const char* where;  // a part of Finding::where
  const char* sql;
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.kind << ": " << damage.sql; }

class VerifyTest : public StoreTest {
 protected:
  std::string filled(std::string sql, core::RunId run) {
    const std::string id = "'" + run.text() + "'";
    const auto number = [&](const char* name) {
      return std::to_string(ask_number(
          *database, std::string("SELECT id FROM metric_key WHERE name = '") + name + "'"));
    };
    const std::string group = std::to_string(ask_number(
        *database,
        "SELECT group_no FROM series_group WHERE cardinality(key_ids) = 2 AND run_id = " + id));
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"$run", id}, {"$a", number("acc")}, {"$l", number("loss")}, {"$g", group}})
      for (std::size_t at; (at = sql.find(from)) != std::string::npos;)
        sql.replace(at, from.size(), to);
    return sql;
  }
  std::vector<Finding> found(core::RunId run) {
    auto findings = verify_run(*database->pg(), run).findings;
    for (auto& finding : verify_whole(*database->pg()).findings) findings.push_back(finding);
    return findings;
  }
  static std::string text(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& f : findings) out += f.kind + " | " + f.where + " | " + f.what + "\n";
    return out;
  }
};

TEST_F(VerifyTest, ASoundRunHasNoFindingsInAnyOfItsStates) {
  TestWriter writer = log_full_run(*database);
  const Verified verified = verify_run(*database->pg(), writer.run);
  EXPECT_EQ(text(verified.findings), "");
  EXPECT_EQ(verified.points, 2u * FullRun::kRows + 53);
  EXPECT_EQ(verified.frames, 2u);
  EXPECT_GT(verified.bytes, 100'000u);
  finish_run(*database, writer);
  compact_all(*database, writer.run);
  EXPECT_EQ(text(found(writer.run)), "");
  drop_system_metrics(*database->pg(), writer.run);
  drop_console(*database->pg(), writer.run);
  EXPECT_EQ(text(found(writer.run)), "");
  delete_run(*database, writer.run, {kNow, 0});
  EXPECT_EQ(text(found(writer.run)), "");
  EXPECT_EQ(all_runs(*database->pg()), std::vector{writer.run});
  for (int step = 0; step < 3; ++step) {
    purge_step(*database->pg(), writer.run, kNow, 10);
    EXPECT_EQ(text(found(writer.run)), "");
  }
}

TEST_F(VerifyTest, RowsFromBeforeThereWereChecksumsAreSound) {
  const TestWriter writer = log_full_run(*database);
  for (const char* table : {"chunk", "axis_chunk", "pyramid", "log_chunk"})
    database->pg()->command(std::string("UPDATE ") + table + " SET crc32c = NULL");
  EXPECT_EQ(text(found(writer.run)), "");
}

TEST_F(VerifyTest, RowsOfSchema3AreSoundAndGrowOn) {
  TestWriter writer = log_full_run(*database);
  const core::Points before = points_of(*database, writer.run, "loss");
  store_as_schema_3(*database, writer.run, {"acc", "loss"});
  EXPECT_EQ(text(found(writer.run)), "");
  EXPECT_EQ(points_of(*database, writer.run, "loss").steps, before.steps);
  log_rows(*database, writer, numbered_rows({"acc", "loss"}, FullRun::kRows + 60, 5'000));
  finish_run(*database, writer);
  compact_all(*database, writer.run);
  EXPECT_EQ(text(found(writer.run)), "");
}

class VerifyDamage : public VerifyTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(VerifyDamage, IsFoundAndNothingElse) {
  const TestWriter writer = log_full_run(*database);
  database->pg()->command("ALTER TABLE writer_stream DROP CONSTRAINT writer_stream_check");
  database->pg()->command(filled(GetParam().sql, writer.run));
  const auto findings = found(writer.run);
  ASSERT_EQ(findings.size(), 1u) << text(findings);
  EXPECT_EQ(findings[0].kind, GetParam().kind) << text(findings);
  EXPECT_NE(findings[0].where.find(GetParam().where), std::string::npos) << text(findings);
  EXPECT_FALSE(findings[0].what.empty());
  EXPECT_FALSE(findings[0].remedy.empty());
}

constexpr const char* kChunk = "rows 4096 to 8192";

const Damage kDamages[] = {
    {"run_state", "run", "UPDATE run SET state = 9, ended_us = 1"},
    {"run_end", "run", "UPDATE run SET ended_us = 1"},
    {"run_documents", "run", "UPDATE run SET config = '[]'"},
    {"run_definitions", "run", "UPDATE metric_definition SET definition = '3'"},
    {"run_compaction", "run",
     "UPDATE compaction SET next_row = 0; ALTER TABLE compaction DISABLE TRIGGER ALL; DELETE FROM "
     "compaction; UPDATE series_group SET rows = 0; DELETE FROM axis_chunk; DELETE FROM chunk; "
     "DELETE FROM pyramid; DELETE FROM series"},
    {"run_deletion", "run", "UPDATE run SET deleted_us = 1"},
    {"writer_offsets", "writer", "UPDATE writer_stream SET epoch = 0"},
    {"writer_end", "writer", "UPDATE writer_stream SET end_state = 3"},
    {"frame_chain", "writer", "DELETE FROM frame WHERE id = (SELECT max(id) FROM frame)"},
    {"frame_chain", "writer", "DELETE FROM frame WHERE id = (SELECT max(id) - 1 FROM frame)"},
    {"frame_chain", "writer", "UPDATE writer_stream SET acked_offset = acked_offset + 8"},
    {"frame_chain", "writer", "UPDATE writer_stream SET sealed_offset = sealed_offset - 30"},
    {"frame_chain", "writer",
     "UPDATE frame SET to_offset = to_offset + 4 WHERE id = (SELECT max(id) - 1 FROM frame)"},
    {"frame_damaged", "writer",
     "UPDATE frame SET payload = set_byte(payload, 5, get_byte(payload, 5) # 255) WHERE id = "
     "(SELECT max(id) FROM frame)"},
    {"frame_quarantined", "writer",
     "INSERT INTO frame_quarantine SELECT id, 0, 8, '', 'why', 1 FROM writer_stream"},
    {"group_keys", "group",
     "UPDATE series_group SET key_ids = array_append(key_ids, $a) WHERE group_no = $g"},
    {"key_unknown", "group", "UPDATE metric_key SET system = true WHERE name = 'acc'"},
    {"group_missing", "axis_chunk",
     "INSERT INTO axis_chunk SELECT run_id, 77, pos, n, step_lo, step_hi, time_lo, time_hi, "
     "payload, crc32c FROM axis_chunk WHERE group_no = $g AND pos = 0"},
    {"group_missing", "chunk",
     "INSERT INTO chunk (run_id, key_id, group_no, pos, n, nan, nonfinite, min_value, max_value, "
     "sum, first_value, last_value, payload) VALUES ($run, $a, 77, 0, 1, 0, 0, 0, 0, 0, 0, 0, '')"},
    {"group_missing", "pyramid",
     "INSERT INTO pyramid (run_id, key_id, group_no, level, block, n, payload) VALUES ($run, $a, "
     "77, 1, 0, 1, '')"},
    {"group_rows", "group", "UPDATE series_group SET rows = 8 * 4096 WHERE group_no = $g"},
    {"axis_gap", "rows 4096 to 8192", "DELETE FROM axis_chunk WHERE group_no = $g AND pos = 4096"},
    {"axis_gap", "rows 32768 to 33068",
     "DELETE FROM axis_chunk WHERE group_no = $g AND pos >= 32768"},
    {"axis_checksum", kChunk,
     "UPDATE axis_chunk SET payload = set_byte(payload, 20, get_byte(payload, 20) # 1) WHERE "
     "group_no = $g AND pos = 4096"},
    {"axis_damaged", kChunk,
     "UPDATE axis_chunk SET payload = substr(payload, 1, 20), crc32c = NULL WHERE group_no = $g "
     "AND pos = 4096"},
    {"axis_bounds", kChunk,
     "UPDATE axis_chunk SET step_hi = step_hi + 1 WHERE group_no = $g AND pos = 4096"},
    {"axis_bounds", kChunk, "UPDATE axis_chunk SET time_lo = 0 WHERE group_no = $g AND pos = 4096"},
    {"axis_order", kChunk,
     "UPDATE axis_chunk SET (payload, crc32c, step_lo, step_hi, time_lo, time_hi) = (SELECT "
     "payload, crc32c, step_lo, step_hi, time_lo, time_hi FROM axis_chunk o WHERE o.group_no = $g "
     "AND o.pos = 0) WHERE group_no = $g AND pos = 4096"},
    {"chunk_missing", "key acc, group",
     "DELETE FROM chunk WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_stray", "group",
     "UPDATE chunk SET key_id = 99999 WHERE false; INSERT INTO chunk (run_id, key_id, group_no, "
     "pos, n, nan, nonfinite, min_value, max_value, sum, first_value, last_value, payload) VALUES "
     "($run, 99999, $g, 0, 1, 0, 0, 0, 0, 0, 0, 0, '')"},
    {"chunk_stray", "key acc",
     "INSERT INTO chunk (run_id, key_id, group_no, pos, n, nan, nonfinite, min_value, max_value, "
     "sum, first_value, last_value, payload) VALUES ($run, $a, $g, 5, 1, 0, 0, 0, 0, 0, 0, 0, '')"},
    {"chunk_count", "key acc",
     "UPDATE chunk SET n = n - 1 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_checksum", "key acc",
     "UPDATE chunk SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE key_id = "
     "$a AND group_no = $g AND pos = 4096"},
    {"chunk_checksum", "key acc",
     "UPDATE chunk SET rest = set_byte(rest, 5, get_byte(rest, 5) # 1) WHERE key_id = $a AND "
     "group_no = $g AND pos = 4096"},
    {"chunk_checksum", "key acc",
     "UPDATE chunk SET rest = '' WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_checksum", "key loss",
     "UPDATE chunk SET crc32c = crc32c # 1 WHERE key_id = $l AND pos = 4096"},
    {"chunk_damaged", "key acc",
     "UPDATE chunk SET payload = substr(payload, 1, 30), crc32c = NULL WHERE key_id = $a AND "
     "group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET sum = sum + 1 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET min_value = -7 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET max_value = 7 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET nan = nan + 1 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET nonfinite = 0 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET first_value = 9 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"chunk_statistics", "key acc",
     "UPDATE chunk SET last_value = 9 WHERE key_id = $a AND group_no = $g AND pos = 4096"},
    {"pyramid_missing", "key acc, group",
     "DELETE FROM pyramid WHERE key_id = $a AND group_no = $g AND level = 1 AND block = 2"},
    {"pyramid_missing", "edges",
     "DELETE FROM pyramid WHERE key_id = 0 AND group_no = $g AND level = 3"},
    {"pyramid_surplus", "group",
     "INSERT INTO pyramid SELECT run_id, key_id, group_no, level, 50, n, payload, crc32c FROM "
     "pyramid WHERE key_id = $a AND group_no = $g AND level = 1 AND block = 2"},
    {"pyramid_checksum", "level 2",
     "UPDATE pyramid SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE key_id = "
     "$a AND group_no = $g AND level = 2"},
    {"pyramid_damaged", "level 2",
     "UPDATE pyramid SET payload = substr(payload, 1, 9), crc32c = NULL WHERE key_id = $a AND "
     "group_no = $g AND level = 2"},
    {"pyramid_differs", "level 1",
     "UPDATE pyramid SET (n, payload, crc32c) = (SELECT n, payload, crc32c FROM pyramid o WHERE "
     "o.key_id = $a AND o.group_no = $g AND o.level = 1 AND o.block = 3) WHERE key_id = $a AND "
     "group_no = $g AND level = 1 AND block = 2"},
    {"pyramid_differs", "edges",
     "UPDATE pyramid SET (n, payload, crc32c) = (SELECT n, payload, crc32c FROM pyramid o WHERE "
     "o.key_id = 0 AND o.group_no = $g AND o.level = 1 AND o.block = 3) WHERE key_id = 0 AND "
     "group_no = $g AND level = 1 AND block = 2"},
    {"series_statistics", "key acc", "UPDATE series SET n = n + 1 WHERE key_id = $a"},
    {"series_statistics", "key acc", "UPDATE series SET sum = sum + 0.001 WHERE key_id = $a"},
    {"series_statistics", "key loss", "UPDATE series SET min_value = -5 WHERE key_id = $l"},
    {"series_statistics", "key loss", "UPDATE series SET last_step = 5 WHERE key_id = $l"},
    {"series_statistics", "key loss", "UPDATE series SET steps_rise = false WHERE key_id = $l"},
    {"series_statistics", "key acc", "UPDATE series SET last_value = 5 WHERE key_id = $a"},
    {"series_missing", "key loss", "DELETE FROM series WHERE key_id = $l"},
    {"series_surplus", "key",
     "INSERT INTO metric_key (project_id, system, name) SELECT project_id, false, 'ghost' FROM "
     "run; INSERT INTO series SELECT run_id, (SELECT id FROM metric_key WHERE name = 'ghost'), n, "
     "nonfinite, nan, first_step, last_step, first_time_us, last_time_us, last_value, min_value, "
     "max_value, sum, steps_rise, times_rise FROM series WHERE key_id = $a"},
    {"next_row", "compaction", "UPDATE compaction SET next_row = 5"},
    {"console_checksum", "stdout lines 0 to 4",
     "UPDATE log_chunk SET payload = set_byte(payload, 70, get_byte(payload, 70) # 1) WHERE stream "
     "= 1"},
    {"console_damaged", "stderr",
     "UPDATE log_chunk SET payload = substr(payload, 1, 20), crc32c = NULL WHERE stream = 2"},
    {"console_bounds", "stderr", "UPDATE log_chunk SET line_hi = 9 WHERE stream = 2"},
    {"console_stream", "stdout", "UPDATE log_chunk SET stream = 7 WHERE stream = 2"},
    {"orphan", "pyramid",
     "INSERT INTO pyramid (run_id, key_id, group_no, level, block, n, payload) VALUES "
     "(gen_random_uuid(), 1, 0, 1, 0, 1, '')"},
    {"orphan", "axis_chunk",
     "INSERT INTO axis_chunk SELECT gen_random_uuid(), group_no, pos, n, step_lo, step_hi, "
     "time_lo, time_hi, payload, crc32c FROM axis_chunk WHERE group_no = $g AND pos = 0"},
    {"frame_ring", "frame_ring", "UPDATE frame_ring SET active = 9"},
    {"schema", "schema_version",
     "INSERT INTO schema_version (version, name) VALUES (999, 'future')"},
    {"tombstone", "run_tombstone", "INSERT INTO run_tombstone VALUES ($run, 1, 1)"},
};

INSTANTIATE_TEST_SUITE_P(Each, VerifyDamage, ::testing::ValuesIn(kDamages));

TEST_F(VerifyTest, OverlapAndExtentOfTheAxis) {
  // Two chunks of one row each hold the same row; and a chunk that crosses a block.
  TestWriter writer = make_writer(*database);
  log_rows(*database, writer, numbered_rows({"loss"}, 0, 100));
  compact_all(*database, writer.run);
  log_rows(*database, writer, numbered_rows({"loss"}, 100, 10));
  compact_all(*database, writer.run);
  EXPECT_EQ(text(found(writer.run)), "");
  database->pg()->command(
      "UPDATE axis_chunk SET pos = 95 WHERE pos = 100; UPDATE chunk SET pos = 95 WHERE pos = 100;"
      "UPDATE series_group SET rows = 105");
  auto findings = found(writer.run);
  ASSERT_EQ(findings.size(), 1u) << text(findings);
  EXPECT_EQ(findings[0].kind, "axis_overlap");
  database->pg()->command(
      "UPDATE axis_chunk SET pos = 100 WHERE pos = 95; UPDATE chunk SET pos = 100 WHERE pos = 95;"
      "UPDATE series_group SET rows = 105");
  findings = found(writer.run);
  ASSERT_EQ(findings.size(), 1u) << text(findings);
  EXPECT_EQ(findings[0].kind, "axis_extent");
}

}  // namespace
}  // namespace tracker::storage
