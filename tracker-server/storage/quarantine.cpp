#include "storage/quarantine.hpp"

#include <optional>

#include "storage/compaction.hpp"
#include "storage/shared_statements.hpp"

namespace tracker::storage {
namespace {

// OFFSET 0 keeps the planner to the index: frame is never analysed, and a join as such would read
// all slots.
constexpr const char* kOldestFrame = R"sql(
  SELECT f.stream_id, f.from_offset, f.to_offset
  FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
  WHERE w.run_id = $1 ORDER BY f.id LIMIT 1)sql";
// Nothing is moved when somebody has compacted the frame meanwhile.
constexpr const char* kMoveAside = R"sql(
  WITH bad AS (
    SELECT f.stream_id, f.from_offset, f.to_offset, f.payload
    FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
    WHERE w.id = $1 AND f.from_offset = $2),
  kept AS (
    INSERT INTO frame_quarantine (stream_id, from_offset, to_offset, payload, reason, set_aside_us)
    SELECT stream_id, from_offset, to_offset, payload, $3, $4 FROM bad)
  UPDATE writer_stream w SET sealed_offset = bad.to_offset FROM bad WHERE w.id = bad.stream_id)sql";
constexpr const char* kCountQuarantined = "SELECT count(*) FROM frame_quarantine";

std::optional<SetAside> oldest_frame(PgConnection& connection, core::RunId run) {
  const PgResult row = connection.run(kOldestFrame, PgParams().uuid(run.uuid().bytes));
  if (row.rows() == 0) return std::nullopt;
  return SetAside{row.bigint(0, 0), row.bigint(0, 1), row.bigint(0, 2), {}};
}

bool set_aside(PgConnection& connection, core::RunId run, const SetAside& frame,
               std::int64_t now_us) {
  PgTransaction transaction(connection);
  const auto& id = run.uuid().bytes;
  if (connection.run(kLockCompaction, PgParams().uuid(id)).rows() == 0) return false;
  const PgResult moved = connection.run(
      kMoveAside,
      PgParams().bigint(frame.stream_id).bigint(frame.from).text(frame.reason).bigint(now_us));
  if (moved.affected() == 0) return false;
  connection.run(kTouchRun, PgParams().uuid(id));
  transaction.commit();
  return true;
}

}  // namespace

bool is_data_fault(const std::exception& error) noexcept {
  if (const auto* pg = dynamic_cast<const PgError*>(&error)) return pg->fault() == SqlFault::kData;
  const auto* own = dynamic_cast<const Error*>(&error);
  return own != nullptr && own->code() == ErrorCode::kDataLoss;
}

std::vector<SetAside> compact_past_bad_frames(PgConnection& connection, core::RunId run,
                                              std::int64_t now_us) {
  std::vector<SetAside> moved;
  while (std::optional<SetAside> frame = oldest_frame(connection, run)) {
    try {
      if (compact_run(connection, run, {.frames = 1}).busy) break;
    } catch (const Error& error) {
      if (!is_data_fault(error)) throw;
      frame->reason = error.what();
      if (set_aside(connection, run, *frame, now_us)) moved.push_back(*std::move(frame));
    }
  }
  return moved;
}

std::int64_t count_quarantined(PgConnection& connection) {
  return connection.run(kCountQuarantined).bigint(0, 0);
}

}  // namespace tracker::storage
