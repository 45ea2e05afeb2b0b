#include "plain_rows.hpp"

#include <chrono>

#include "storage/pg.hpp"

namespace tracker::bench {

std::vector<double> read_plain_rows(const std::string& dsn, std::int64_t points, int repeats) {
  storage::PgConnection connection(dsn, 600'000);
  connection.command(
      "CREATE TABLE point (run integer, key integer, step bigint, time_us bigint, value float8, "
      "PRIMARY KEY (run, key, step)); INSERT INTO point SELECT 1, 1, i, 1700000000000000 + "
      "i::bigint * "
      "250000, (1 + random() / 10)::float4 FROM generate_series(0, " +
      std::to_string(points - 1) + ") i");
  connection.command("VACUUM ANALYZE point");  // not in a transaction with others
  std::vector<double> ms;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    connection.run(
        "SELECT step * 1000 / $1 AS cell, min(step), max(step), min(value), max(value), "
        "avg(value), count(*) FROM point WHERE run = 1 AND key = 1 GROUP BY 1 ORDER BY 1",
        storage::PgParams().bigint(points));
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                     .count());
  }
  return ms;
}

}  // namespace tracker::bench
