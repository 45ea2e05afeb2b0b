#pragma once

#include <algorithm>
#include <cmath>
#include <pqxx/pqxx>
#include <string>

#include "store_fixture.hpp"

// A run with one of everything that is stored, for tests of what keeps the store in order.
namespace tracker::storage {

struct FullRun {
  // 8 full chunks and some rows, so that each level of the pyramid has a row.
  static constexpr int kRows = 8 * 4096 + 300;
};

inline spool::RowGroup numbered_rows(std::vector<std::string> keys, int from, int count) {
  std::vector<std::int64_t> steps;
  std::vector<double> values;
  for (int i = from; i < from + count; ++i) steps.push_back(i);
  for (std::size_t k = 0; k < keys.size(); ++k)
    for (const std::int64_t step : steps)
      values.push_back(
          step % 1000 == 7 ? NAN : std::sin(static_cast<double>(step)) + static_cast<double>(k));
  return make_rows(std::move(keys), std::move(steps), std::move(values));
}

inline void compact_all(Database& database, core::RunId run) {
  while (compact_run(*database.pg(), run).more) {
  }
}

inline spool::Frame records_frame() {
  spool::Frame frame;
  spool::RunStart start;
  start.name = "full";
  start.started_us = kNow;
  frame.records.push_back(start);
  frame.records.push_back(spool::Config{kNow, R"({"lr":0.5})"});
  frame.records.push_back(spool::MetricDefinition{"loss*", R"({"summary":"min"})"});
  for (std::uint64_t line = 0; line < 5; ++line)
    for (const auto stream : {spool::ConsoleStream::kStdout, spool::ConsoleStream::kStderr}) {
      spool::Console console;
      console.stream = stream;
      console.line = line;
      console.time_us = kNow;
      console.text = "line " + std::to_string(line);
      frame.records.push_back(console);
    }
  return frame;
}

// `loss` is in two groups; two frames are left uncompacted.
inline TestWriter log_full_run(Database& database, const std::string& project = "imdb") {
  TestWriter writer = make_writer(database, core::RunId::random(), project);
  log_frame(database, writer, records_frame());
  for (int at = 0; at < FullRun::kRows;) {
    const int count = std::min(6'000, FullRun::kRows - at);
    log_rows(database, writer, numbered_rows({"acc", "loss"}, at, count));
    at += count;
  }
  compact_all(database, writer.run);
  log_rows(database, writer, numbered_rows({"loss"}, FullRun::kRows, 50));
  spool::RowGroup system = make_rows({"system/cpu"}, {0, 0, 0}, {1, 2, 3});
  system.steps.clear();
  system.system = true;
  log_rows(database, writer, system);
  compact_all(database, writer.run);
  log_rows(database, writer, numbered_rows({"acc", "loss"}, FullRun::kRows + 50, 5));
  log_rows(database, writer, numbered_rows({"acc", "loss"}, FullRun::kRows + 55, 5));
  return writer;
}

inline void finish_run(Database& database, TestWriter& writer) {
  spool::Frame frame;
  frame.records.push_back(
      spool::Finish{spool::EndState::kFinished, kNow + 1'000, std::nullopt, std::nullopt, ""});
  log_frame(database, writer, std::move(frame));
}

// The first column of the first row, as a number.
inline std::int64_t ask_number(Database& database, const std::string& sql) {
  const auto connection = database.sql();
  pqxx::work transaction(*connection);
  return transaction.exec1(sql)[0].as<std::int64_t>();
}

inline const std::vector<std::string> kRunTables = {
    "metric_definition", "writer_stream", "series",   "series_group", "axis_chunk", "chunk",
    "pyramid",           "compaction",    "log_chunk"};

inline std::int64_t rows_of(Database& database, core::RunId run) {
  std::int64_t rows =
      ask_number(database, "SELECT count(*) FROM run WHERE id = '" + run.text() + "'");
  for (const std::string& table : kRunTables)
    rows += ask_number(database,
                       "SELECT count(*) FROM " + table + " WHERE run_id = '" + run.text() + "'");
  return rows;
}

}  // namespace tracker::storage
