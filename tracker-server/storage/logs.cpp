#include "storage/logs.hpp"

#include <algorithm>
#include <map>

#include "storage/log_chunks.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kMaxLines = 10'000;

// In one statement, so in one snapshot.
constexpr const char* kReadLogs = R"sql(
  SELECT n, payload, (SELECT coalesce(max(line_hi) + 1, 0) FROM log_chunk WHERE run_id = $1 AND stream = $2)
  FROM log_chunk WHERE run_id = $1 AND stream = $2 AND line_hi >= $3 AND line_lo < $4 ORDER BY id)sql";
constexpr const char* kTotal =
    "SELECT coalesce(max(line_hi) + 1, 0) FROM log_chunk WHERE run_id = $1 AND stream = $2";

}  // namespace

LogPage read_logs(Database& database, core::RunId run, const LogRange& range) {
  if (range.limit == 0 || range.limit > kMaxLines)
    throw Error(ErrorCode::kInvalidArgument, "limit of console lines must be 1 to 10000");
  constexpr std::uint64_t kHighest = std::uint64_t{1} << 62;
  const std::uint64_t from = std::min(range.from, kHighest);
  const std::uint64_t end = from + range.limit;
  const auto stream = static_cast<std::int16_t>(range.stream);
  const Database::PgLease connection = database.pg();
  const PgResult rows = connection->run(kReadLogs, PgParams()
                                                       .uuid(run.uuid().bytes)
                                                       .smallint(stream)
                                                       .bigint(static_cast<std::int64_t>(from))
                                                       .bigint(static_cast<std::int64_t>(end)));
  LogPage page;
  std::map<std::uint64_t, LogLine> lines;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    page.total = static_cast<std::uint64_t>(rows.bigint(i, 2));
    for (LogLine& line :
         decode_lines(rows.bytes(i, 1), static_cast<std::size_t>(rows.integer(i, 0))))
      if (line.line >= from && line.line < end) lines[line.line] = std::move(line);
  }
  if (rows.rows() == 0)
    page.total = static_cast<std::uint64_t>(
        connection->run(kTotal, PgParams().uuid(run.uuid().bytes).smallint(stream)).bigint(0, 0));
  for (auto& [number, line] : lines) page.lines.push_back(std::move(line));
  return page;
}

}  // namespace tracker::storage
