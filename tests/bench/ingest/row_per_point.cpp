#include "row_per_point.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>

namespace tracker::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

std::string execute(PGconn* connection, const char* sql, ExecStatusType expected) {
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection, sql), PQclear);
  if (PQresultStatus(result.get()) != expected)
    throw std::runtime_error(PQerrorMessage(connection));
  return expected == PGRES_TUPLES_OK ? PQgetvalue(result.get(), 0, 0) : "";
}

}  // namespace

PlainResult run_row_per_point(const std::string& dsn, std::uint64_t rows_per_copy,
                              std::chrono::seconds duration) {
  const Connection connection(PQconnectdb(dsn.c_str()), PQfinish);
  execute(connection.get(),
          "CREATE TABLE point (run integer, key integer, step bigint, time_us bigint, value "
          "float8, PRIMARY KEY (run, key, step))",
          PGRES_COMMAND_OK);
  std::mt19937 random(1);
  std::normal_distribution<float> noise(1, 0.05F);
  PlainResult result;
  const auto start = Steady::now();
  std::int64_t step = 0;
  while (Steady::now() - start < duration) {
    fmt::memory_buffer rows;
    for (std::uint64_t i = 0; i < rows_per_copy; i += 10, ++step)
      for (int key = 0; key < 10; ++key)
        fmt::format_to(std::back_inserter(rows), "1\t{}\t{}\t{}\t{}\n", key, step,
                       1'700'000'000'000'000 + step * 250'000, noise(random));
    execute(connection.get(), "COPY point FROM STDIN", PGRES_COPY_IN);
    if (PQputCopyData(connection.get(), rows.data(), static_cast<int>(rows.size())) != 1 ||
        PQputCopyEnd(connection.get(), nullptr) != 1)
      throw std::runtime_error(PQerrorMessage(connection.get()));
    while (PGresult* done = PQgetResult(connection.get())) PQclear(done);
    result.points += rows_per_copy;
  }
  result.seconds = std::chrono::duration<double>(Steady::now() - start).count();
  const std::string size =
      execute(connection.get(), "SELECT pg_total_relation_size('point')", PGRES_TUPLES_OK);
  result.bytes_per_point = std::strtod(size.c_str(), nullptr) / static_cast<double>(result.points);
  return result;
}

}  // namespace tracker::bench
