#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "spool/record.hpp"
#include "storage/database.hpp"

// Console lines of a run.
namespace tracker::storage {

struct LogLine {
  std::uint64_t line = 0;  // numbered from 0 per stream
  std::int64_t time_us = 0;
  std::string text;  // no line end; ANSI sequences kept
};

struct LogRange {
  spool::ConsoleStream stream = spool::ConsoleStream::kStdout;
  std::uint64_t from = 0;     // first line
  std::size_t limit = 1'000;  // 1 to 10,000
};

struct LogPage {
  std::vector<LogLine> lines;  // by line number, the text that was written last
  std::uint64_t total = 0;     // highest line number of the stream plus one
};

// One transaction of its own. An unknown run has no lines. With several writers the lines of the
// stream are those of all writers, the later one wins at equal numbers.
LogPage read_logs(Database& database, core::RunId run, const LogRange& range);

}  // namespace tracker::storage
