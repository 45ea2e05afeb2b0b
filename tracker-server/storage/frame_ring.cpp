#include "storage/frame_ring.hpp"

#include <string>

#include "storage/pg.hpp"

namespace tracker::storage {
namespace {

constexpr int kSlots = 4;

constexpr const char* kActive = "SELECT active::integer, since_us FROM frame_ring";
// Whoever moves it first wins; the others find `active` changed.
constexpr const char* kSetActive =
    "UPDATE frame_ring SET active = $2, since_us = $3 WHERE active = $1";
constexpr const char* kTableSizes =
    "SELECT pg_relation_size($1::text::regclass), pg_total_relation_size($1::text::regclass)";

// A backup holds it: its helpers do not wait for locks, so none must be asked for meanwhile.
constexpr const char* kNoBackup = "SELECT pg_try_advisory_xact_lock_shared(32776859903812979)";

std::string table_of(int slot) { return "frame_" + std::to_string(slot); }

std::string live_frames(int slot) {
  return "SELECT 1 FROM " + table_of(slot) +
         " f JOIN writer_stream w ON w.id = f.stream_id WHERE f.to_offset > w.sealed_offset LIMIT "
         "1";
}

// A slot number inside a prepared statement's text: one literal a slot.
const char* live_statement(int slot) {
  static const std::string kStatements[kSlots] = {live_frames(0), live_frames(1), live_frames(2),
                                                  live_frames(3)};
  return kStatements[slot].c_str();
}

struct SlotSize {
  std::int64_t rows_bytes = 0, all_bytes = 0;
};

SlotSize size_of(PgConnection& connection, int slot) {
  const PgResult row = connection.run(kTableSizes, PgParams().text(table_of(slot)));
  return {row.bigint(0, 0), row.bigint(0, 1)};
}

bool truncate_if_drained(PgConnection& connection, int slot) {
  // First without a lock: the answer is nearly always no.
  if (connection.run(live_statement(slot)).rows() > 0) return false;
  try {
    PgTransaction transaction(connection);
    if (!connection.run(kNoBackup).boolean(0, 0)) return false;
    connection.command("SET LOCAL lock_timeout = '100ms'; LOCK TABLE " + table_of(slot) +
                       " IN ACCESS EXCLUSIVE MODE");
    if (connection.run(live_statement(slot)).rows() > 0) return false;
    connection.command("TRUNCATE " + table_of(slot));
    transaction.commit();
    return true;
  } catch (const PgError& error) {
    if (!error.retryable()) throw;
    return false;  // readers are at it; the next round tries again
  }
}

}  // namespace

RingWork maintain_frame_ring(Database& database, std::int64_t now_us, const RingLimits& limits) {
  const Database::PgLease connection = database.pg();
  const PgResult ring = connection->run(kActive);
  const int active = ring.integer(0, 0);
  const std::int64_t age_us = now_us - ring.bigint(0, 1);
  RingWork work;
  for (int slot = 0; slot < kSlots; ++slot)
    if (slot != active && size_of(*connection, slot).rows_bytes > 0 &&
        truncate_if_drained(*connection, slot))
      ++work.truncated;

  const SlotSize size = size_of(*connection, active);
  if (size.rows_bytes == 0 || (size.all_bytes < limits.slot_bytes && age_us < limits.slot_age_us))
    return work;
  const int next = (active + 1) % kSlots;
  if (size_of(*connection, next).rows_bytes > 0) return work;
  work.moved = connection
                   ->run(kSetActive, PgParams()
                                         .smallint(static_cast<std::int16_t>(active))
                                         .smallint(static_cast<std::int16_t>(next))
                                         .bigint(now_us))
                   .affected() > 0;
  return work;
}

}  // namespace tracker::storage
