#include "fill.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include <tracker/error.hpp>

#include "storage/pg.hpp"
#include "storage/run_attributes.hpp"

namespace tracker::bench {
namespace {

constexpr const char* kValues = R"sql(
  SELECT setseed(0.25);
  INSERT INTO project VALUES (gen_random_uuid(), 'bench', 0);
  CREATE UNLOGGED TABLE bench_value AS
  SELECT n, k, random() AS v FROM generate_series(1, {0}) n, generate_series(1, 52) k;)sql";

constexpr const char* kRuns = R"sql(
  INSERT INTO run (id, project_id, name, named, state, created_us, ended_us, tags, group_name, config)
  SELECT gen_random_uuid(), (SELECT id FROM project WHERE name = 'bench'),
         CASE WHEN n % 3 = 0 THEN 'exp-' ELSE 'run-' END || n, true, 2 + n % 4, {1} - ({0} - n) * 60000000::bigint,
         {1} - ({0} - n) * 60000000::bigint + (n % 977) * 1000000, CASE WHEN n % 10 = 0 THEN '{{baseline}}'::text[] ELSE '{{}}' END,
         'g' || n % 50,
         jsonb_object_agg('c' || k, CASE WHEN k % 4 = 0 THEN to_jsonb('v' || floor(v * 10)) ELSE to_jsonb(v) END)
  FROM bench_value WHERE k <= 40 GROUP BY n ORDER BY n;
  UPDATE run SET deleted_us = {1}, purge_us = {1} WHERE no % 100 = 0;
  INSERT INTO metric_key (project_id, system, name)
  SELECT id, false, 'm' || k FROM project, generate_series(1, 12) k WHERE project.name = 'bench';
  INSERT INTO series (run_id, key_id, n, nonfinite, nan, first_step, last_step, first_time_us, last_time_us, last_value,
                      min_value, max_value, sum, steps_rise, times_rise)
  SELECT r.id, k.id, 2, 0, 0, 0, 1, 0, 1, v.v, v.v - 0.5, v.v + 0.5, v.v * 2, true, true
  FROM bench_value v JOIN run r ON r.no = v.n JOIN metric_key k ON k.name = 'm' || (v.k - 40) WHERE v.k > 40;)sql";

constexpr const char* kAttributes = R"sql(
  INSERT INTO attribute_key (project_id, source, name)
  SELECT p.id, s, CASE WHEN s = 1 THEN 'c' || k ELSE 'm' || (k - 40) END
  FROM project p, generate_series(1, 52) k, generate_series(1, 6) s WHERE (s = 1) = (k <= 40) ORDER BY k, s;
  INSERT INTO run_attribute (key_id, run_no, num, str)
  SELECT a.id, v.n,
         CASE WHEN a.source = 1 AND v.k % 4 = 0 THEN NULL WHEN a.source = 4 THEN v.v - 0.5 WHEN a.source = 5 THEN v.v + 0.5 ELSE v.v END,
         CASE WHEN a.source = 1 AND v.k % 4 = 0 THEN 'v' || floor(v.v * 10) END
  FROM attribute_key a JOIN bench_value v ON v.k = {2} AND a.name = CASE WHEN v.k <= 40 THEN 'c' || v.k ELSE 'm' || (v.k - 40) END
  ORDER BY a.id, v.n;)sql";

constexpr const char* kEnd = R"sql(
  INSERT INTO run_attributes (run_id, run_no, key_ids, next_us)
  SELECT r.id, r.no, (SELECT array_agg(id ORDER BY id) FROM attribute_key), 0 FROM run r;
  DROP TABLE bench_value;)sql";

std::string fingerprint(storage::PgConnection& connection) {
  const auto rows = connection.run(
      "SELECT md5(string_agg(key_id || ':' || coalesce(num::text, str), ',' ORDER BY run_no, "
      "key_id)) "
      "FROM run_attribute WHERE run_no <= 200");
  return std::string(rows.bytes(0, 0));
}

}  // namespace

void fill(storage::Database& database, std::size_t runs, std::int64_t now_us) {
  const auto connection = database.pg();
  connection->command("SET statement_timeout = 0; SET work_mem = '256MB'");
  connection->command(fmt::format(kValues, runs));
  connection->command(fmt::format(kRuns, runs, now_us));
  // A key at a time: neighbours in the indexes are neighbours in time.
  for (int k = 1; k <= 52; ++k) {
    std::string sql = kAttributes;
    const auto keys_end = sql.find("INSERT INTO run_attribute");
    if (k > 1) sql.erase(0, keys_end);
    connection->command(fmt::format(fmt::runtime(sql), runs, now_us, k));
  }
  connection->command(kEnd);
  connection->command("VACUUM ANALYZE");
}

double check_attributes(storage::Database& database, std::size_t runs, std::int64_t now_us) {
  const auto connection = database.pg();
  const auto before = fingerprint(*connection);
  const auto ids = connection->run("SELECT id FROM run WHERE no <= $1 ORDER BY no",
                                   storage::PgParams().integer(static_cast<std::int32_t>(runs)));
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < ids.rows(); ++i)
    storage::refresh_attributes(*connection, storage::run_id_of(ids.bytes(i, 0)), now_us);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (fingerprint(*connection) != before)
    throw Error(ErrorCode::kInternal, "the job writes other attributes than the bench");
  return seconds.count();
}

}  // namespace tracker::bench
