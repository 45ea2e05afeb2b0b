#include "storage/verify_records.hpp"

#include <fmt/format.h>

#include <tracker/error.hpp>

#include "frame/frame.hpp"
#include "storage/checksum.hpp"
#include "storage/log_chunks.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kRow = R"sql(
  SELECT state BETWEEN 1 AND 5, (state = 1) = (ended_us IS NULL),
         jsonb_typeof(config) = 'object' AND jsonb_typeof(summary) = 'object' AND jsonb_typeof(environment) = 'object',
         EXISTS (SELECT 1 FROM compaction c WHERE c.run_id = run.id),
         (deleted_us IS NULL) = (purge_us IS NULL),
         NOT EXISTS (SELECT 1 FROM metric_definition d WHERE d.run_id = run.id AND jsonb_typeof(d.definition) <> 'object')
  FROM run WHERE id = $1)sql";

constexpr const char* kWritersToCheck = R"sql(
  SELECT id, writer_id::text, epoch, acked_offset, sealed_offset,
         (end_state IS NULL) = (ended_us IS NULL) AND (end_state IS NULL OR end_state BETWEEN 2 AND 5)
  FROM writer_stream WHERE run_id = $1 ORDER BY id)sql";
constexpr const char* kFramesToCheck = R"sql(
  SELECT from_offset, to_offset, payload FROM frame
  WHERE stream_id = $1 AND to_offset > $2 AND from_offset >= $3 ORDER BY from_offset LIMIT 64)sql";
constexpr const char* kQuarantine = R"sql(
  SELECT q.from_offset, q.to_offset, q.reason, w.writer_id::text
  FROM frame_quarantine q JOIN writer_stream w ON w.id = q.stream_id WHERE w.run_id = $1)sql";

constexpr const char* kConsole = R"sql(
  SELECT id, stream::integer, line_lo, line_hi, n, payload, crc32c FROM log_chunk
  WHERE run_id = $1 AND (stream, id) > ($2::smallint, $3::bigint) ORDER BY stream, id LIMIT 64)sql";

constexpr const char* kReport = "report this as a defect";
constexpr const char* kConsoleLost = "these console lines are lost: restore the run from a backup";

// The frames of one writer, from what is sealed to what is acknowledged.
class WriterCheck {
 public:
  WriterCheck(PgConnection& connection, Report& report, std::int64_t stream, std::string writer)
      : connection_(connection), report_(report), stream_(stream), writer_(std::move(writer)) {}

  void work(std::int64_t sealed, std::int64_t acked) {
    std::int64_t expected = sealed;
    for (std::int64_t from = 0;;) {
      const PgResult rows =
          connection_.run(kFramesToCheck, PgParams().bigint(stream_).bigint(sealed).bigint(from));
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        from = rows.bigint(i, 0) + 1;
        if (rows.bigint(i, 0) != expected && !broken_)
          chain(rows.bigint(i, 0) > expected ? "bytes {} to {} are not there"
                                             : "bytes {} to {} lie in two frames",
                expected, rows.bigint(i, 0));
        expected = rows.bigint(i, 1);
        frame(rows, i);
      }
      if (rows.rows() == 0) break;
    }
    if (expected != acked && !broken_)
      chain("bytes {} to {} are acknowledged and not there", expected, acked);
  }

 private:
  void chain(const char* text, std::int64_t a, std::int64_t b) {
    broken_ = true;  // what follows from it is not told
    report_.add(
        "frame_chain", "writer " + writer_,
        fmt::format(fmt::runtime(text), std::min(a, b), std::max(a, b)),
        "what is missing is still in the writer's spool if that is kept: delete the run and "
        "`tracker sync` it under a new id, or restore a backup");
  }

  void frame(const PgResult& rows, std::size_t i) {
    ++report_.counts().frames;
    report_.counts().bytes += rows.bytes(i, 2).size();
    try {
      spool::decode_frame(rows.bytes(i, 2));
    } catch (const Error& error) {
      report_.add(
          "frame_damaged",
          fmt::format("writer {}, bytes {} to {}", writer_, rows.bigint(i, 0), rows.bigint(i, 1)),
          error.what(), "the compactor sets it aside: see docs/storage.md, Quarantine");
    }
  }

  PgConnection& connection_;
  Report& report_;
  std::int64_t stream_;
  std::string writer_;
  bool broken_ = false;
};

class ConsoleCheck {
 public:
  explicit ConsoleCheck(Report& report) : report_(report) {}

  void look(const PgResult& rows, std::size_t i) {
    const std::int32_t stream = rows.integer(i, 1), n = rows.integer(i, 4);
    const std::string_view payload = rows.bytes(i, 5);
    const std::string where =
        fmt::format("{} lines {} to {} (chunk {})", stream == 2 ? "stderr" : "stdout",
                    rows.bigint(i, 2), rows.bigint(i, 3), rows.bigint(i, 0));
    report_.counts().bytes += payload.size();
    if (stream != 1 && stream != 2)
      return report_.add("console_stream", where, fmt::format("stream {} is unknown", stream),
                         kReport);
    if (!rows.is_null(i, 6) && rows.integer(i, 6) != checksum_of(payload))
      return report_.add("console_checksum", where, "the payload is not what was written",
                         kConsoleLost);
    try {
      if (n < 1) throw Error(ErrorCode::kDataLoss, "it holds no lines");
      bounds(where, rows, i, decode_lines(payload, static_cast<std::size_t>(n)));
    } catch (const Error& error) {
      report_.add("console_damaged", where, error.what(), kConsoleLost);
    }
  }

 private:
  void bounds(const std::string& where, const PgResult& rows, std::size_t i,
              const std::vector<LogLine>& lines) {
    bool rise = true;
    for (std::size_t k = 1; k < lines.size(); ++k) rise = rise && lines[k].line > lines[k - 1].line;
    if (!rise || static_cast<std::int64_t>(lines.front().line) != rows.bigint(i, 2) ||
        static_cast<std::int64_t>(lines.back().line) != rows.bigint(i, 3))
      report_.add("console_bounds", where, "the row's line numbers are not those of the payload",
                  kConsoleLost);
  }

  Report& report_;
};

}  // namespace

void verify_row(PgConnection& connection, core::RunId run, Report& report) {
  const PgResult row = connection.run(kRow, PgParams().uuid(run.uuid().bytes));
  if (row.rows() == 0) return;
  constexpr struct {
    const char *kind, *what;
  } kRules[] = {
      {"run_state", "its state is none of the five"},
      {"run_end", "it has a time of its end exactly when it is not running"},
      {"run_documents", "config, summary and environment are objects"},
      {"run_compaction", "it has a row in `compaction`: without one nothing is compacted"},
      {"run_deletion", "a deleted run has a time to go"},
      {"run_definitions", "what define_metric said is an object"},
  };
  for (int rule = 0; rule < 6; ++rule)
    if (row.is_null(0, rule) || !row.boolean(0, rule))
      report.add(kRules[rule].kind, "run", std::string("this does not hold: ") + kRules[rule].what,
                 kReport);
}

void verify_writers(PgConnection& connection, core::RunId run, Report& report) {
  const PgResult rows = connection.run(kWritersToCheck, PgParams().uuid(run.uuid().bytes));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::string writer(rows.bytes(i, 1));
    const std::int64_t acked = rows.bigint(i, 3), sealed = rows.bigint(i, 4);
    if (rows.bigint(i, 2) < 1 || acked < 0 || sealed < 0 || sealed > acked)
      report.add(
          "writer_offsets", "writer " + writer,
          fmt::format("epoch {}, acknowledged {}, sealed {}", rows.bigint(i, 2), acked, sealed),
          kReport);
    if (!rows.boolean(i, 5))
      report.add("writer_end", "writer " + writer, "its end is told in part", kReport);
    WriterCheck(connection, report, rows.bigint(i, 0), writer).work(sealed, acked);
  }
  const PgResult aside = connection.run(kQuarantine, PgParams().uuid(run.uuid().bytes));
  for (std::size_t i = 0; i < aside.rows(); ++i)
    report.add("frame_quarantined",
               fmt::format("writer {}, bytes {} to {}", aside.bytes(i, 3), aside.bigint(i, 0),
                           aside.bigint(i, 1)),
               std::string(aside.bytes(i, 2)), "see docs/storage.md, Quarantine");
}

void verify_console(PgConnection& connection, core::RunId run, Report& report) {
  ConsoleCheck check(report);
  std::int16_t stream = -1;
  std::int64_t id = 0;
  for (;;) {
    const PgResult rows =
        connection.run(kConsole, PgParams().uuid(run.uuid().bytes).smallint(stream).bigint(id));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      id = rows.bigint(i, 0);
      stream = static_cast<std::int16_t>(rows.integer(i, 1));
      check.look(rows, i);
    }
    if (rows.rows() == 0) return;
  }
}

}  // namespace tracker::storage
